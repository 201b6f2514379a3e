import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "@postern/policy";
import { type Handle, linkTarget, stat } from "../handle.ts";
import { type EntryName, entryNameOf } from "../name.ts";
import { temporaryName } from "../own-temporary.ts";
import { entryAt, unlinkEntry } from "./entries.ts";
import { type LockTicket, ticketFor } from "./lock-ticket.ts";
import { isAbandoned } from "./owner.ts";

/** Milliseconds that a call waits for other writers of the same entry. */
const patience = 10_000;
/** Milliseconds between two looks at whether the holder still runs. */
const lookInterval = 100;
/** Milliseconds for which a look at a lock of our own holds for letting it go. */
const justNow = 1;
/** A breaker that died leaves a lock of its own to break, and so on. */
const deepest = 8;

/** The right to change one entry, until it is let go. */
export interface EntryLock {
  /** Throws `fs.conflict` when somebody took it away (a person who deleted the lock): asked right before each change. */
  assertHeld(): void;
  release(): void;
}

/**
 * Waits for the right to change one entry of a held directory. Guarantees that no other process of ours on any host
 * that shares the directory has it at the same time, whatever evidence, home, network or user it runs with: the lock is
 * a name beside the entry, which only one of them can make (POSIX, also over NFS), of a symbolic link that says who holds
 * it. A holder that died is noticed by its pid and start time and replaced. Foreign programs know nothing of it.
 *
 * Holes: a holder in another container that dies keeps its entry locked for ten minutes. File systems without symbolic
 * links have no lock, and so no writing.
 */
export async function lockEntry({ directory, name, canonical, device }: Lockable, { signal, state }: LockOptions): Promise<EntryLock> {
  const leave = await enterQueue(canonical, signal);
  try {
    const lock = lockName(name);
    const ticket = ticketFor(state);
    const { text } = ticket;
    const until = performance.now() + patience;
    let lookAt = performance.now();
    while (!ticket.take(directory, device, lock)) {
      if (performance.now() >= lookAt) {
        if (left.delete(canonical) && textOf(directory, lock) === text) unlinkEntry(directory, lock);
        else breakAbandoned(directory, lock, ticket);
        lookAt = performance.now() + lookInterval;
        if (ticket.take(directory, device, lock)) break;
      }
      if (performance.now() >= until) throw new Failure("fs.conflict", "Another writer keeps this busy; nothing was changed. Try again later.");
      await pause(signal);
    }
    let assertedAt = Number.NEGATIVE_INFINITY;
    return {
      assertHeld() {
        if (textOf(directory, lock) !== text) throw new Failure("fs.conflict", "The lock on this was taken away meanwhile; nothing was changed.");
        assertedAt = performance.now();
      },
      release() {
        try {
          if (performance.now() - assertedAt < justNow || textOf(directory, lock) === text) unlinkEntry(directory, lock);
        } catch {
          // The directory is gone or read-only by now. The next call of this process takes it away, or whoever comes after it.
          left.add(canonical);
        } finally {
          leave();
        }
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Entries whose locks this process has let go and could not remove. */
const left = new Set<string>();

export interface Lockable {
  readonly directory: Handle;
  readonly name: EntryName;
  /** Canonical path: calls of this process that come to one entry by two of them meet at the lock itself. */
  readonly canonical: string;
  /** Of the root below which it lies. */
  readonly device: bigint;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** A directory of our own, where locks may be kept cheap. */
  readonly state: string | undefined;
}

const lockNames = new Map<string, EntryName>();
const mostLockNames = 1_000;

/** A name of its own for each entry's lock; entries' names may be as long as names can be. */
function lockName(of: string): EntryName {
  const known = lockNames.get(of);
  if (known !== undefined) return known;
  const made = entryNameOf(temporaryName(hash("sha256", of).slice(0, 32), "lock"));
  if (made === undefined) throw new Error("a lock's name is no name");
  if (lockNames.size >= mostLockNames) lockNames.clear();
  lockNames.set(of, made);
  return made;
}

function textOf(directory: Handle, lock: EntryName): string | undefined {
  try {
    return linkTarget(directory, lock);
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock whose holder is gone. Several may try at once: only who holds the lock that is named after this one and
 * the dead holder may remove it, and looks again under that lock, so nobody removes what a living process took meanwhile.
 */
export function breakAbandoned(directory: Handle, lock: EntryName, ticket: LockTicket, depth = 0): void {
  const text = textOf(directory, lock);
  if (text === undefined || depth >= deepest || !isAbandoned(text, lastTaken(directory, lock))) return;
  const breaker = lockName(`${lock}/${text}`);
  if (!ticket.take(directory, stat(directory).dev, breaker)) {
    breakAbandoned(directory, breaker, ticket, depth + 1);
    return;
  }
  try {
    if (textOf(directory, lock) === text) unlinkEntry(directory, lock);
  } finally {
    unlinkEntry(directory, breaker);
  }
}

/** When the holder last took or let go any lock: each changes the status of its one link. */
function lastTaken(directory: Handle, lock: EntryName): number {
  return Number(entryAt(directory, lock)?.ctimeMs ?? Date.now());
}

async function pause(signal: AbortSignal): Promise<void> {
  // The jitter keeps several processes from meeting at the same moment again and again.
  await sleep(1 + Math.random() * 6, undefined, { signal });
}

/** Calls of this process that change the same entry, first come, first served: they do not have to poll for each other. */
const queues = new Map<string, Promise<void>>();

async function enterQueue(key: string, signal: AbortSignal): Promise<() => void> {
  const before = queues.get(key);
  let leave = (): void => undefined;
  const turn = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const mine = before === undefined ? turn : before.then(() => turn);
  queues.set(key, mine);
  void mine.then(() => {
    if (queues.get(key) === mine) queues.delete(key);
  });
  if (before === undefined) return leave;
  const aborted = new Promise<"aborted">((resolve) => {
    signal.addEventListener("abort", () => resolve("aborted"), { once: true });
    if (signal.aborted) resolve("aborted");
  });
  if ((await Promise.race([before, aborted])) === "aborted") {
    leave();
    signal.throwIfAborted();
  }
  return leave;
}
