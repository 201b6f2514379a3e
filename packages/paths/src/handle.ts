import { close as closeAsync, closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type BigIntStats } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { EntryName } from "./name.ts";
import { O_PATH, ourselves, through } from "./descriptors.ts";

/**
 * Handles: open descriptors that stand for one file system object, whatever happens to its name. Every call below
 * starts at a handle and names at most one entry in it, through `/proc/<pid>/fd` (Linux; proc(5)).
 */
declare const handle: unique symbol;
export type Handle = number & { readonly [handle]: true };

/** Opens the directory at an operator's own path. The only function here that takes a path. */
export function openAmbientDirectory(path: string): Handle {
  return openSync(path, O_PATH | constants.O_DIRECTORY) as Handle;
}

/** Holds an entry without opening its content: no side effect on devices and FIFOs. A symbolic link is held as itself. */
export function holdEntry(directory: Handle, name: EntryName): Handle {
  return openSync(`${through}${directory}/${name}`, O_PATH | constants.O_NOFOLLOW) as Handle;
}

/** Whether nothing stands under a name now. Throws what the operating system says of its directory. */
export function isMissing(directory: Handle, name: EntryName): boolean {
  return lstatSync(`${through}${directory}/${name}`, { throwIfNoEntry: false }) === undefined;
}

/** Holds a directory entry; fails with ENOTDIR or ELOOP on anything else. */
export function holdDirectory(directory: Handle, name: EntryName): Handle {
  return openSync(`${through}${directory}/${name}`, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW) as Handle;
}

/** Holds a directory a second time, so that each holder closes its own handle. */
export function holdAgain(directory: Handle): Handle {
  return openSync(`${through}${directory}`, O_PATH | constants.O_DIRECTORY) as Handle;
}

const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens the very object that a handle holds for reading: no name is looked up. */
export function reopenForReading(held: Handle): Handle {
  return openSync(`${through}${held}`, reading) as Handle;
}

/**
 * Opens an entry for reading at once; not through a link, and without waiting for the other end of a FIFO. What it
 * opened may still be anything: the caller looks at it before the first byte.
 */
export function openEntryForReading(directory: Handle, name: EntryName): Handle {
  return openSync(`${through}${directory}/${name}`, reading | constants.O_NOFOLLOW) as Handle;
}

/** Where the link points. The result is input to the walk, never a path to open. Bytes that are no UTF-8 become U+FFFD. */
export function linkTarget(directory: Handle, name: EntryName): string {
  return readlinkSync(`${through}${directory}/${name}`);
}

/** The kernel's own name for what the handle holds; ends in " (deleted)" once it is unlinked. */
export function kernelPath(held: Handle): string {
  return readlinkSync(`${through}${held}`);
}

export function stat(held: Handle): BigIntStats {
  return fstatSync(held, { bigint: true });
}

const infoBuffer = Buffer.alloc(1024);
/** Open `fdinfo` files, by the number that they tell of: each tells of whatever has the number when it is read. */
const infos = new Map<number, number>();
const mostInfos = 32;

/** Identity of the mount that the handle lies on. `st_dev` is the same on both sides of a bind mount; this is not. */
export function mountId(held: Handle): string {
  const kept = infos.get(held);
  const info = kept ?? openSync(`${ourselves}/fdinfo/${held}`, constants.O_RDONLY);
  // Opening it takes four times as long as reading it. A thread that ends would leave its own open.
  if (kept === undefined && isMainThread && infos.size < mostInfos) infos.set(held, info);
  try {
    const read = readSync(info, infoBuffer, 0, infoBuffer.length, 0);
    const found = /^mnt_id:\s*(\d+)$/m.exec(infoBuffer.toString("latin1", 0, read))?.[1];
    if (found === undefined) throw new Error("no mnt_id in fdinfo");
    return found;
  } finally {
    if (infos.get(held) !== info) closeSync(info);
  }
}

/** Whether the handle gives no content: reading through it fails. False would mean that O_PATH has another value here. */
export function isPathOnly(held: Handle): boolean {
  try {
    readSync(held, Buffer.alloc(1), 0, 1, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EBADF";
  }
}

export function close(held: Handle): void {
  closeSync(held);
}

const closing: Handle[] = [];
const closeTogether = 32;
/** Milliseconds. */
const closeWithin = 10;

/**
 * Closes in a moment and on another thread: the last handle of a file that was replaced frees its blocks, which on a disk
 * takes as long as writing them. Several go together, for the way to the other thread costs more than a small file's end.
 */
export function closeLater(held: Handle): void {
  if (closing.push(held) === 1) setTimeout(closeAll, closeWithin);
  else if (closing.length >= closeTogether) closeAll();
}

function closeAll(): void {
  for (const held of closing.splice(0)) closeAsync(held, () => undefined);
}

/** The path through which `readdir` lists a held directory. For this package's walker only. */
export function listingPath(held: Handle): string {
  return `${through}${held}`;
}
