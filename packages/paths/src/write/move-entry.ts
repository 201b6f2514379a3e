import { closeSync } from "node:fs";
import { Failure, type Change } from "@postern/policy";
import { type Handle, stat } from "../handle.ts";
import type { HeldPath } from "../held-path.ts";
import { digestOfHeld } from "./current-file.ts";
import { createEntry, entryAt, linkEntry, renameEntry, unlinkEntry } from "./entries.ts";
import type { EntryLock } from "./entry-lock.ts";
import { finish, takeBack } from "./finish.ts";
import type { WriteOptions } from "./rewrite.ts";
import { sameObject, Site } from "./site.ts";
import { removeProven } from "./take-out.ts";
import { treeClash } from "./tree-clash.ts";
import { boundTo, type WriteAuthority } from "./write-authority.ts";
import { errorName, writeFailure } from "./write-failure.ts";

/** Both ends of one move, locked. */
interface Move {
  readonly from: Site;
  readonly to: Site;
  readonly locks: readonly EntryLock[];
  readonly source: HeldPath;
  readonly target: HeldPath;
  /** What is left where a move that failed cannot be taken back. */
  readonly left: Change;
}

/**
 * Gives a file, a symbolic link or a directory another name, which must be free. Guarantees: what is moved is the object
 * that was proven, out of and into the directories that were proven; nothing under the new name is ever replaced; a
 * directory is moved only where both ends' cards keep nothing back in it. A crash leaves it under one of both names, of a
 * file at worst under both.
 *
 * Throws `fs.not_found`, `fs.exists`, `fs.conflict`, `fs.permission`, `fs.io` (both ends on different file systems among
 * it) with nothing changed, and `fs.committed_not_durable` with it moved.
 */
export async function moveEntry(source: WriteAuthority, destination: WriteAuthority, options: WriteOptions): Promise<readonly Change[]> {
  const { held } = boundTo(source);
  const { held: target, argument } = boundTo(destination);
  const { signal } = options;
  try {
    const from = new Site(held);
    if (source.type === "missing") throw new Failure("fs.not_found", "The source does not exist; nothing was changed.");
    const to = new Site(target);
    if (destination.type !== "missing") throw taken();
    if (`${destination.canonical}/`.startsWith(`${source.canonical}/`))
      throw new Failure("fs.conflict", "A directory cannot be moved into itself; nothing was changed.");
    const locks = await lockBoth(from, to, signal);
    try {
      const after = source.type === "file" ? await digestOfHeld(held.handle, signal) : undefined;
      signal.throwIfAborted();
      const move: Move = { from, to, locks, source: held, target, left: { argument, change: "moved", durable: false } };
      await (source.type === "directory" ? moveDirectory(move, signal) : moveName(move));
      return await finish([from.directory, to.directory], options, (confirmed) => [{ argument, change: "moved", ...(after && { after }), durable: confirmed }]);
    } finally {
      for (const lock of locks) lock.release();
    }
  } catch (error) {
    throw signal.aborted ? error : writeFailure(error);
  }
}

/** In an order that all processes share, so that two moves never wait for each other. */
async function lockBoth(from: Site, to: Site, signal: AbortSignal): Promise<readonly EntryLock[]> {
  const sites = keyOf(from) < keyOf(to) ? [from, to] : [to, from];
  const locks: EntryLock[] = [];
  try {
    for (const site of sites) locks.push(await site.lock(signal));
    return locks;
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
}

function keyOf({ directory, name }: Site): string {
  const { dev, ino } = stat(directory);
  return `${dev}:${ino}:${name}`;
}

function assertReady({ from, to, locks, source }: Move): void {
  for (const lock of locks) lock.assertHeld();
  from.assertStands();
  to.assertStands();
  if (!isProven(from.directory, from, source)) throw changed();
}

function isProven(directory: Handle, { name }: Site, source: HeldPath): boolean {
  const now = entryAt(directory, name);
  return now !== undefined && sameObject(now, source.identity);
}

/** The new name comes first and the old one goes after it: at no moment has the file none. */
function moveName(move: Move): void {
  const { from, to, source, left } = move;
  assertReady(move);
  requireRemovable(from.directory, source);
  try {
    linkEntry(from.directory, from.name, to.directory, to.name);
  } catch (error) {
    // Where links are not given (other owners' files under fs.protected_hardlinks, file systems without them).
    if (!["EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP"].includes(errorName(error))) throw error;
    return moveOverPlaceholder(move);
  }
  const takeNewName = (): void => takeBack(() => unlinkEntry(to.directory, to.name), { ...left, change: "created" });
  if (!isProven(to.directory, to, source)) {
    takeNewName();
    throw changed();
  }
  try {
    removeProven(from, source.identity, left);
  } catch (error) {
    takeNewName();
    throw error;
  }
  // From here on the new name is the only one. A directory that was moved meanwhile took it along to where it was not asked for.
  if (to.stands()) return;
  putBack(move, source);
  throw changed();
}

/** In a sticky directory others' entries keep their names, and a further one that they got there or elsewhere would stay (sticky(7)). */
function requireRemovable(directory: Handle, source: HeldPath): void {
  const { mode, uid } = stat(directory);
  const user = process.geteuid?.();
  if ((mode & 0o1000n) === 0n || user === undefined || user === 0) return;
  if (uid !== BigInt(user) && stat(source.handle).uid !== BigInt(user))
    throw new Failure("fs.permission", "The directory lets only owners take names away (sticky); nothing was changed.");
}

/** The new name is taken by an empty file of our own, which the move then replaces: nobody else's is. */
function moveOverPlaceholder(move: Move): void {
  const { from, to, source, left } = move;
  closeSync(createEntry(to.directory, to.name, 0o600));
  try {
    renameEntry(from.directory, from.name, to.directory, to.name);
  } catch (error) {
    takeBack(() => unlinkEntry(to.directory, to.name), { ...left, change: "created" });
    throw error;
  }
  if (isProven(to.directory, to, source) && to.stands()) return;
  putBack(move);
  throw changed();
}

/** By one rename, which replaces nothing but an empty directory that a foreign program made under the new name a moment before. */
async function moveDirectory(move: Move, signal: AbortSignal): Promise<void> {
  const { from, to, source, target } = move;
  assertReady(move);
  if (entryAt(to.directory, to.name) !== undefined) throw taken();
  renameEntry(from.directory, from.name, to.directory, to.name);
  if (!isProven(to.directory, to, source) || !to.stands()) {
    putBack(move);
    throw changed();
  }
  // What was put into the tree between the decision and the move: from here on the new place's rules keep it out.
  const ends = { from: source, to: target };
  const clash = await treeClash({ directory: source.handle, at: "to" }, ends, signal).catch(() => ({ code: "path.raced" }) as const);
  if (clash === undefined) return;
  // What has the new name by now may be somebody else's.
  putBack(move, source);
  throw new Failure("fs.conflict", "Something came into the directory meanwhile that must not be moved; nothing was changed.");
}

/** Under its old name, unless something else has that by now. Given what was moved, nothing else is put there. */
function putBack({ from, to, left }: Move, moved?: HeldPath): void {
  takeBack(() => {
    if (entryAt(from.directory, from.name) !== undefined) throw taken();
    if (moved !== undefined && !isProven(to.directory, to, moved)) throw changed();
    renameEntry(to.directory, to.name, from.directory, from.name);
  }, left);
}

function taken(): Failure {
  return new Failure("fs.exists", "The destination exists already; nothing was changed.");
}

function changed(): Failure {
  return new Failure("fs.conflict", "Something else took the place of this meanwhile; nothing was changed.");
}
