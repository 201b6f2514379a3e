import { Failure } from "@postern/policy";
import type { PathAuthority } from "./authority.ts";
import { type EntryType, entryStat, Listing } from "./listing.ts";
import { fileFailure } from "./os-failure.ts";
import { TimeSlice } from "./time-slice.ts";
import { stopIfAborted } from "./walk.ts";
import { OwnStart } from "./own-start.ts";

export interface ListedEntry {
  /** Bytes that are no UTF-8 stand in it as U+FFFD. */
  readonly name: string;
  readonly type: EntryType;
  /** Bytes; of a symbolic link the length of its target. Only with `sizes`, and while the entry is still there. */
  readonly size?: number;
  /** Milliseconds since the epoch. Only with `sizes`. */
  readonly modified?: number;
  /** The name cannot be written as text, so no tool can be asked for it. */
  readonly lossy?: true;
}

export interface ListOptions {
  readonly signal: AbortSignal;
  readonly sizes?: boolean;
  readonly limit?: number;
  /** The `next` of an earlier page. */
  readonly after?: string;
}

export interface Page {
  readonly entries: readonly ListedEntry[];
  /** Entries of this page's stretch of the directory that the card's rules keep back. */
  readonly withheld: number;
  /** There is more: give this as `after`. */
  readonly next?: string;
}

/**
 * Lists one directory by the bytes of its names (a very large one in its own order). Guarantees that every name and
 * size belongs to the directory that was proven, and that links are shown as links and not followed. Pages hold each
 * entry that was there all the time once. Throws `fs.conflict` when a very large directory lost the entry that a page
 * ended with, and what the operating system says as `fs.permission`, `fs.io` and so on.
 */
export async function list(directory: PathAuthority, options: ListOptions): Promise<Page> {
  using start = new OwnStart(directory);
  const { relative, rules } = start;
  const prefix = relative === "" ? "" : `${relative}/`;
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const entries: ListedEntry[] = [];
  const slice = new TimeSlice();
  let skipping = options.after === undefined ? undefined : Buffer.from(options.after);
  let withheld = 0;
  using listing = opened(start);
  for (;;) {
    if (slice.over) await slice.pause();
    stopIfAborted(options.signal);
    const found = read(listing);
    if (found === undefined) break;
    const { name, entry, type, lossy } = found;
    if (skipping !== undefined) {
      const beyond = listing.sorted && !lossy && Buffer.compare(Buffer.from(name), skipping) > 0;
      if (beyond || name === options.after) skipping = undefined;
      if (!beyond) continue;
    }
    if (rules.entryDecision(prefix + name, name) !== "give") {
      withheld += 1;
      continue;
    }
    const last = entries.at(-1);
    // A page does not end with a name that the next one could not be asked for by.
    if (entries.length >= limit && last !== undefined && last.lossy === undefined) return { entries, withheld, next: last.name };
    const stat = options.sizes === true && entry !== undefined ? entryStat(start.directory, entry) : undefined;
    entries.push({ name, type, ...(stat && { size: stat.size, modified: stat.mtimeMs }), ...(lossy && { lossy }) });
  }
  if (skipping !== undefined && !listing.sorted) throw new Failure("fs.conflict", "The directory changed since the last page: list it from the start.");
  return { entries, withheld };
}

function opened(start: OwnStart): Listing {
  try {
    return new Listing(start.directory);
  } catch (error) {
    throw fileFailure(error);
  }
}

function read(listing: Listing): ReturnType<Listing["next"]> {
  try {
    return listing.next();
  } catch (error) {
    throw fileFailure(error);
  }
}
