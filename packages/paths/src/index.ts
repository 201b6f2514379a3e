export type { EntryInfo, OpenFile, PathAuthority } from "./authority.ts";
