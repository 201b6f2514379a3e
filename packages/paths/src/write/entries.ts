import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  type BigIntStats,
} from "node:fs";
import { type Handle, listingPath } from "../handle.ts";
import type { EntryName } from "../name.ts";

const user = BigInt(process.geteuid?.() ?? -1);

/**
 * Every change that this package can make, one function each. All act on one name in a held directory, so none of them
 * can reach beyond it: what others rename or link meanwhile changes which entry of that directory is meant, never the
 * directory (proc(5), `/proc/<pid>/fd`). None follows a symbolic link in the name's place.
 */
function at(directory: Handle, name: EntryName): string {
  return `${listingPath(directory)}/${name}`;
}

/** Makes a file that did not exist; a descriptor for reading and writing. Throws EEXIST. */
export function createEntry(directory: Handle, name: EntryName, mode: number): number {
  return openSync(at(directory, name), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
}

/** Gives an entry a second name, never in the place of another one. Throws EEXIST. A symbolic link is itself linked. */
export function linkEntry(directory: Handle, name: EntryName, to: Handle, toName: EntryName): void {
  linkSync(at(directory, name), at(to, toName));
}

/** Moves an entry; what stands under the other name is replaced. */
export function renameEntry(directory: Handle, name: EntryName, to: Handle, toName: EntryName): void {
  renameSync(at(directory, name), at(to, toName));
}

export function unlinkEntry(directory: Handle, name: EntryName): void {
  unlinkSync(at(directory, name));
}

/** Throws EEXIST where anything has the name, a symbolic link included. */
export function makeDirectory(directory: Handle, name: EntryName): void {
  mkdirSync(at(directory, name));
}

/** Throws ENOTEMPTY for one that holds anything. */
export function removeDirectory(directory: Handle, name: EntryName): void {
  rmdirSync(at(directory, name));
}

/** Makes a symbolic link that points nowhere and says something: it comes into being with its text, or not at all. */
export function plantText(directory: Handle, name: EntryName, text: string): void {
  symlinkSync(text, at(directory, name));
}

/** What stands under a name now, a symbolic link itself; undefined: nothing. */
export function entryAt(directory: Handle, name: EntryName): BigIntStats | undefined {
  return lstatSync(at(directory, name), { bigint: true, throwIfNoEntry: false });
}

/** Whether this process may write what a handle holds, by its mode and lists. Throws EACCES or EROFS. */
export function requireWritable(held: Handle, { uid, mode }: Pick<BigIntStats, "uid" | "mode">): void {
  // An owner's rights stand in the mode alone (acl(5)); what is read-only as a whole refuses the new file.
  if ((mode & 0o200n) !== 0n && uid === user) return;
  accessSync(listingPath(held), constants.W_OK);
}

export function setMode(descriptor: number, mode: number): void {
  fchmodSync(descriptor, mode);
}

export function setOwner(descriptor: number, owner: number, group: number): void {
  fchownSync(descriptor, owner, group);
}

/** Resolves when the file's content and size are on disk, as far as the disk tells. */
export function syncFile(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(descriptor, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Resolves when the directory's names are on disk: only then does a change outlast a power cut. */
export async function syncDirectory(directory: Handle): Promise<void> {
  const descriptor = openSync(listingPath(directory), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await syncFile(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
