import { setTimeout as sleep } from "node:timers/promises";
import { close, type Handle, holdAgain, holdDirectory, mountId, openAmbientDirectory } from "../handle.ts";
import { type Found, Listing } from "../listing.ts";
import type { EntryName } from "../name.ts";
import { temporaryMiddle } from "../own-temporary.ts";
import { rulesFor, type PathScope, type ScopeRoot } from "../path-scope.ts";
import type { EntryRules } from "../rules.ts";
import { TimeSlice } from "../time-slice.ts";
import { entryAt, unlinkEntry } from "./entries.ts";
import { breakAbandoned } from "./entry-lock.ts";
import { ticketFor } from "./lock-ticket.ts";
import { isAbandoned } from "./owner.ts";

/** Milliseconds between two slices of work: nobody waits for this, and calls do for what it takes. */
const rest = 20;
/** Deeper directories could be named by no call, so nothing was ever written there. */
const deepest = 128;

interface Floor {
  readonly directory: Handle;
  readonly listing: Listing;
  /** Below the root, with a slash at the end, or empty. */
  readonly relative: string;
}

/**
 * Removes what processes of ours left behind when they died: contents that never came into place, locks of nobody. Walks
 * the roots by handle like every walk here, enters what the card gives for writing, removes nothing whose maker may
 * still run, and takes a fifth of the processor's time at most.
 */
export async function sweep(scopes: readonly PathScope[], signal: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  for (const state of new Set(scopes.map((scope) => scope.state))) if (state !== undefined) sweepState(state);
  for (const scope of scopes) {
    for (const entry of scope.roots) {
      const key = `${entry.root.device}:${entry.root.inode}`;
      if (seen.has(key)) continue;
      seen.add(key);
      await sweepRoot(entry, rulesFor(scope, entry, "write", [scope]), signal);
    }
  }
}

/** Tickets of dead processes, in the directory of our own. */
function sweepState(state: string): void {
  let directory: Handle | undefined;
  try {
    directory = openAmbientDirectory(state);
    using listing = new Listing(directory, "temporaries");
    for (let found = listing.next(); found !== undefined; found = listing.next()) {
      if (found.type !== "directory" && found.entry !== undefined) clear(directory, found.entry);
    }
  } catch {
    // Not there yet.
  } finally {
    if (directory !== undefined) close(directory);
  }
}

async function sweepRoot({ root }: ScopeRoot, rules: EntryRules, signal: AbortSignal): Promise<void> {
  const floors: Floor[] = [];
  const slice = new TimeSlice();
  try {
    descend(floors, holdAgain(root.handle), "");
    for (let floor = floors.at(-1); floor !== undefined; floor = floors.at(-1)) {
      const found = next(floor);
      if (found === undefined) leave(floors);
      else visit(floors, floor, found, { mount: root.mount, rules });
      if (!slice.over) continue;
      if (signal.aborted) return;
      await sleep(rest, undefined, { signal }).catch(() => undefined);
      await slice.pause();
    }
  } finally {
    while (floors.length > 0) leave(floors);
  }
}

function visit(floors: Floor[], { directory, relative }: Floor, found: Found, { mount, rules }: { readonly mount: string; readonly rules: EntryRules }): void {
  const { entry, name, type } = found;
  if (entry === undefined) return;
  if (type !== "directory") return clear(directory, entry);
  const below = `${relative}${name}`;
  if (floors.length > deepest || rules.verdict(below, name) !== undefined) return;
  let deeper: Handle;
  try {
    deeper = holdDirectory(directory, entry);
  } catch {
    // Gone meanwhile, or not ours to enter.
    return;
  }
  if (mountId(deeper) !== mount && rules.option("mounts", below) === "deny") close(deeper);
  else descend(floors, deeper, `${below}/`);
}

function descend(floors: Floor[], directory: Handle, relative: string): void {
  try {
    floors.push({ directory, listing: new Listing(directory, "temporaries"), relative });
  } catch {
    // What cannot be listed cannot be cleared.
    close(directory);
  }
}

function leave(floors: Floor[]): void {
  const floor = floors.pop();
  if (floor === undefined) return;
  floor.listing[Symbol.dispose]();
  close(floor.directory);
}

function next({ listing }: Floor): Found | undefined {
  try {
    return listing.next();
  } catch {
    return undefined;
  }
}

function clear(directory: Handle, name: EntryName): void {
  try {
    const owner = temporaryMiddle(name, "tmp");
    if (owner === undefined) return breakAbandoned(directory, name, ticketFor(undefined));
    const found = entryAt(directory, name);
    if (found !== undefined && !found.isDirectory() && isAbandoned(owner, Number(found.mtimeMs))) unlinkEntry(directory, name);
  } catch {
    // Another process cleared it first, or the directory is read-only: the next start tries again.
  }
}
