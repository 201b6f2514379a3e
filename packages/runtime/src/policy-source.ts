import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";

const largest = 4 * 1024 * 1024;

/** The policy file cannot be taken as it is. The message is one line for the operator. */
export class PolicySourceError extends Error {
  override readonly name = "PolicySourceError";
}

/**
 * Reads the policy file, or another file of the operator's that is no secret (`what` names it in the error). Guarantees that the text is what one regular file held that belongs to this user or root and
 * that nobody but its owner may write (POSIX modes; Windows has none, so there the operator answers for the file's ACL).
 * A symbolic link to it is followed: what counts is the file that is read. Access control lists beyond the mode, and who
 * may put another file into its directory, are not looked at.
 */
export function readPolicySource(path: string, what = "policy file"): { readonly file: string; readonly text: string } {
  const file = resolve(path);
  const descriptor = open(file, what);
  try {
    const { size, mode, uid } = fstatRegular(descriptor, file, what);
    if (size > largest) throw new PolicySourceError(`the ${what} ${file} is larger than 4 MiB`);
    if (process.platform !== "win32" && (mode & 0o022) !== 0) {
      throw new PolicySourceError(`the ${what} ${file} may be written by others than its owner; run: chmod go-w ${JSON.stringify(file)}`);
    }
    const us = process.getuid?.();
    if (us !== undefined && uid !== us && uid !== 0) throw new PolicySourceError(`the ${what} ${file} belongs to another user, who may change it`);
    return { file, text: readText(descriptor, file, what) };
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string, what: string): number {
  try {
    // without waiting for the other end where it is a FIFO
    return openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new PolicySourceError(`the ${what} ${file} cannot be read (${code})`, { cause: error });
  }
}

function fstatRegular(descriptor: number, file: string, what: string): { readonly size: number; readonly mode: number; readonly uid: number } {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) throw new PolicySourceError(`the ${what} ${file} is not a regular file`);
  return stat;
}

/** Reads to the end and not to the size that was told: the file may grow or shrink meanwhile. */
function readText(descriptor: number, file: string, what: string): string {
  const bytes = Buffer.alloc(largest + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (count === 0) break;
    length += count;
    if (length > largest) throw new PolicySourceError(`the ${what} ${file} is larger than 4 MiB`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch (error) {
    throw new PolicySourceError(`the ${what} ${file} is not UTF-8`, { cause: error });
  }
}
