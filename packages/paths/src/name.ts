/**
 * The one place that decides which names may be handed to the kernel. A name is one directory entry, so an `openat`
 * style call with it can reach that entry and nothing else. A trailing slash or `.` after a name makes the kernel
 * follow a symbolic link in spite of O_NOFOLLOW (CVE-2026-39822), hence no separator in any position.
 */
declare const entryName: unique symbol;
export type EntryName = string & { readonly [entryName]: true };

/** Bytes of one name that Linux file systems accept (NAME_MAX). */
const nameMax = 255;

/** A repository's own list of what it leaves out. */
export const gitignoreName = ".gitignore" as EntryName;

export function entryNameOf(part: string): EntryName | undefined {
  if (part === "" || part === "." || part === "..") return undefined;
  if (part.includes("/") || part.includes("\0")) return undefined;
  // A lone surrogate would be written to the kernel as U+FFFD: another name than the one that was checked.
  if (!part.isWellFormed()) return undefined;
  if (part.length > nameMax || (part.length * 3 > nameMax && Buffer.byteLength(part) > nameMax)) return undefined;
  return part as EntryName;
}
