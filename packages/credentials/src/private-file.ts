import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const largest = 64 * 1024;

/** What a private file holds, or in one sentence why nothing was taken from it. */
export type PrivateFile = { readonly text: string } | { readonly problem: string };

/**
 * Reads a file that only its owner may touch (POSIX: no bits of group or others, owned by this user or by root; on
 * Windows the operator answers for the ACL). The last component is not followed if it is a symbolic link. What was
 * checked is the opened file, not its name. `what` names its kind in the sentence.
 */
export function readPrivateFile(path: string, what: string): PrivateFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return { problem: `the ${what} ${path} cannot be opened (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return { problem: `the ${what} ${path} is not a regular file` };
    if (process.platform !== "win32") {
      if ((stat.mode & 0o077) !== 0) return { problem: `the ${what} ${path} is open to others than its owner (chmod 600)` };
      if (stat.uid !== 0 && stat.uid !== process.getuid?.()) return { problem: `the ${what} ${path} belongs to another user` };
    }
    const bytes = Buffer.alloc(largest + 1);
    const length = stat.size > largest ? bytes.length : readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length > largest) return { problem: `the ${what} ${path} is larger than 64 KiB` };
    const text = bytes.toString("utf8", 0, length);
    bytes.fill(0);
    return { text };
  } finally {
    closeSync(descriptor);
  }
}
