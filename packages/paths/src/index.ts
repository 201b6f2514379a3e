export type { EntryInfo, OpenFile, PathAuthority } from "./authority.ts";
export { checkGlob } from "./glob.ts";
export { decodeText, type DecodedText, type TextEncoding } from "./decode-text.ts";
export { proveGuarantee, type Guarantee, type ProvenGuarantee } from "./guarantee.ts";
export { pathKind } from "./path-kind.ts";
export type { PathScope } from "./path-scope.ts";
export type { HeldPath } from "./held-path.ts";
