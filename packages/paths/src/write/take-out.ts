import { randomUUID } from "node:crypto";
import { Failure } from "@postern/policy";
import { type EntryName, entryNameOf } from "../name.ts";
import { entryAt, renameEntry, unlinkEntry } from "./entries.ts";
import type { EntryLock } from "./entry-lock.ts";
import { sameObject, type Site } from "./site.ts";
import { temporaryEntryName } from "./temporary-file.ts";

interface Proven {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** As `removeProven`, after a last look at all that the change rests on. */
export function takeOut(site: Site, lock: EntryLock, proven: Proven): void {
  lock.assertHeld();
  site.assertStands();
  const now = entryAt(site.directory, site.name);
  if (now === undefined || !sameObject(now, proven)) throw changed();
  removeProven(site, proven);
}

/**
 * Removes an entry that is the one that was proven, whatever takes its place meanwhile: it is taken aside first, looked at
 * there, and put back if it is another one. Nothing in it waits. Throws `fs.conflict`.
 */
export function removeProven(site: Site, proven: Proven): void {
  const { directory, name } = site;
  const aside = temporaryEntryName();
  renameEntry(directory, name, directory, aside);
  const taken = entryAt(directory, aside);
  if (taken === undefined || !sameObject(taken, proven)) {
    putBack(site, aside);
    throw changed();
  }
  try {
    unlinkEntry(directory, aside);
  } catch (error) {
    putBack(site, aside);
    throw error;
  }
}

/**
 * Under its own name, never over another entry. Where that has come in between, under a name that nobody clears away: what
 * was taken aside is somebody's, and ours are removed at the next start.
 */
function putBack({ directory, name }: Site, aside: EntryName): void {
  const free = entryAt(directory, name) === undefined;
  renameEntry(directory, aside, directory, free ? name : keptName());
}

function keptName(): EntryName {
  const name = entryNameOf(`postern-kept-${randomUUID()}`);
  if (name === undefined) throw new Error("a kept file's name is no name");
  return name;
}

function changed(): Failure {
  return new Failure("fs.conflict", "Something else took the place of this meanwhile; nothing was changed.");
}
