import { Failure, type Committed, type Resolved } from "@postern/policy";
import type { EntryInfo, OpenFile, PathAuthority } from "./authority.ts";
import { stat } from "./handle.ts";
import { bindAuthority, type HeldPath } from "./held-path.ts";
import { openFile } from "./open-file.ts";

/** Makes authority of a proven path. The committed decision is asked for by type: there is no other way to get one. */
export function mint(resolved: Resolved<HeldPath>, _committed: Committed): PathAuthority {
  const { held } = resolved;
  const { type } = held;
  if (type === "symlink") throw new Error("a link itself is no target for reading");
  const authority: PathAuthority = Object.freeze({
    requested: resolved.record.raw,
    canonical: held.canonical,
    type,
    info: () => infoOf(held),
    open: () => open(held),
  });
  bindAuthority(authority, held);
  return authority;
}

function open(held: HeldPath): OpenFile {
  if (held.type === "directory") throw new Failure("fs.is_directory", "This is a directory, not a file.");
  return openFile(held.handle);
}

function infoOf(held: HeldPath): EntryInfo {
  const found = stat(held.handle);
  return {
    type: found.isDirectory() ? "directory" : "file",
    size: Number(found.size),
    created: milliseconds(found.birthtimeNs),
    modified: milliseconds(found.mtimeNs),
    accessed: milliseconds(found.atimeNs),
    mode: Number(found.mode),
    links: Number(found.nlink),
  };
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}
