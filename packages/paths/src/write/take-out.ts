import { randomUUID } from "node:crypto";
import { Failure, type Change } from "@postern/policy";
import { type EntryName, entryNameOf } from "../name.ts";
import { entryAt, renameEntry, unlinkEntry } from "./entries.ts";
import type { EntryLock } from "./entry-lock.ts";
import { takeBack } from "./finish.ts";
import { sameObject, type Site } from "./site.ts";
import { temporaryEntryName } from "./temporary-file.ts";

interface Proven {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** As `removeProven`, after a last look at all that the change rests on. */
export function takeOut(site: Site, lock: EntryLock, proven: Proven, left: Change): void {
  lock.assertHeld();
  site.assertStands();
  const now = entryAt(site.directory, site.name);
  if (now === undefined || !sameObject(now, proven)) throw changed();
  removeProven(site, proven, left);
}

/**
 * Removes an entry that is the one that was proven, whatever takes its place meanwhile: it is taken aside first, looked at
 * there, and put back if it is another one. Nothing in it waits. Throws `fs.conflict`; where what was taken aside cannot
 * be put back, `fs.io` with what is `left` in the record.
 */
export function removeProven(site: Site, proven: Proven, left: Change): void {
  const { directory, name } = site;
  const aside = temporaryEntryName();
  renameEntry(directory, name, directory, aside);
  const taken = entryAt(directory, aside);
  if (taken === undefined || !sameObject(taken, proven)) {
    putBack(site, aside, left);
    throw changed();
  }
  try {
    unlinkEntry(directory, aside);
  } catch (error) {
    putBack(site, aside, left);
    throw error;
  }
}

/**
 * Under its own name, never over another entry. Where that has come in between or cannot be given, under a name that nobody
 * clears away: what was taken aside is somebody's, and ours are removed at the next start. That is a change, and is told.
 */
function putBack({ directory, name }: Site, aside: EntryName, left: Change): void {
  let cause: unknown;
  try {
    if (entryAt(directory, name) === undefined) return renameEntry(directory, aside, directory, name);
  } catch (error) {
    // The other name may still be given.
    cause = error;
  }
  const kept = keptName();
  takeBack(() => renameEntry(directory, aside, directory, kept), left);
  throw new Failure("fs.io", `What stood there could not be given its name back and is called ${kept} now.`, { cause, changes: [left] });
}

function keptName(): EntryName {
  const name = entryNameOf(`postern-kept-${randomUUID()}`);
  if (name === undefined) throw new Error("a kept file's name is no name");
  return name;
}

function changed(): Failure {
  return new Failure("fs.conflict", "Something else took the place of this meanwhile; nothing was changed.");
}
