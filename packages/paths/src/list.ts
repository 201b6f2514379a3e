import type { Stats } from "node:fs";
import { Failure } from "@postern/policy";
import type { PathAuthority } from "./authority.ts";
import { fromWithin } from "./from-within.ts";
import { close, holdEntry, mountId, stat } from "./handle.ts";
import { type EntryType, entryStat, type Found, Listing } from "./listing.ts";
import { mountOf } from "./mount.ts";
import { mountsBelow } from "./mounts.ts";
import type { EntryName } from "./name.ts";
import { fileFailure } from "./os-failure.ts";
import { TimeSlice } from "./time-slice.ts";
import { stopIfAborted } from "./walk.ts";
import { OwnStart } from "./own-start.ts";

export interface ListedEntry {
  /** Bytes that are no UTF-8 stand in it as U+FFFD. */
  readonly name: string;
  readonly type: EntryType;
  /** Bytes; of a symbolic link the length of its target. Only with `sizes`, while the entry is still there, and not of what is denied by what it is. */
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
  /** The entries come by the bytes of their names, and the names as given compare like that too. */
  readonly ordered: boolean;
}

/** Entries between two looks at the clock; fewer when each one is asked for its size, which can wait for a disk. */
const stride = { plain: 64, sizes: 8 } as const;

/**
 * Lists one directory by the bytes of its names (a very large one in its own order). Guarantees that every name and
 * size belongs to the directory that was proven, that links are shown as links and not followed, and that nothing but name
 * and type is told of what could not be opened: another mount, a file with denied hard links, a device. Pages hold each
 * entry that was there all the time once. Throws `fs.conflict` when a very large directory lost the entry that a page
 * ended with, and what the operating system says as `fs.permission`, `fs.io` and so on.
 */
export async function list(directory: PathAuthority, options: ListOptions): Promise<Page> {
  stopIfAborted(options.signal);
  using start = new OwnStart(directory);
  using work = new PageInWork(start, options);
  const slice = new TimeSlice();
  for (;;) {
    const page = work.go(slice);
    if (page !== undefined) return page;
    await slice.pause();
    stopIfAborted(options.signal);
  }
}

type Facts = Pick<Stats, "size" | "mtimeMs">;

class PageInWork implements Disposable {
  readonly #start: OwnStart;
  readonly #listing: Listing;
  readonly #prefix: string;
  readonly #limit: number;
  readonly #sizes: boolean;
  readonly #after: string | undefined;
  /** The mount of the directory; undefined: nothing is mounted below it. */
  readonly #mount: string | undefined;
  readonly #entries: ListedEntry[] = [];
  #skipping: Buffer | undefined;
  #withheld = 0;
  #ordered: boolean;

  constructor(start: OwnStart, options: ListOptions) {
    this.#start = start;
    this.#prefix = start.relative === "" ? "" : `${start.relative}/`;
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
    this.#sizes = options.sizes === true;
    this.#after = options.after;
    this.#skipping = options.after === undefined ? undefined : Buffer.from(options.after);
    try {
      this.#mount = this.#sizes && mountsBelow(start.canonical) ? mountId(start.directory) : undefined;
      this.#listing = new Listing(start.directory);
    } catch (error) {
      throw fileFailure(error);
    }
    this.#ordered = this.#listing.sorted;
  }

  /** Works until the slice is over or the page is done. */
  go(slice: TimeSlice): Page | undefined {
    try {
      return this.#sizes ? fromWithin(this.#start.directory, (within) => this.#fill(slice, stride.sizes, within)) : this.#fill(slice, stride.plain, undefined);
    } catch (error) {
      throw fileFailure(error);
    }
  }

  [Symbol.dispose](): void {
    this.#listing[Symbol.dispose]();
  }

  #fill(slice: TimeSlice, each: number, within: string | undefined): Page | undefined {
    const entries = this.#entries;
    for (let seen = 1; ; seen += 1) {
      const found = this.#listing.next();
      if (found === undefined) return this.#end();
      if (this.#given(found)) {
        const last = entries.length >= this.#limit ? entries.at(-1) : undefined;
        // A page does not end with a name that the next one could not be asked for by.
        if (last !== undefined && last.lossy === undefined) return this.#page(last.name);
        entries.push(this.#listed(found, within));
      }
      if (seen % each === 0 && slice.over) return undefined;
    }
  }

  /** Whether it belongs to this page's stretch and to what the rules give. */
  #given({ name, lossy }: Found): boolean {
    if (this.#skipping !== undefined) {
      const beyond = this.#listing.sorted && !lossy && Buffer.compare(Buffer.from(name), this.#skipping) > 0;
      if (beyond || name === this.#after) this.#skipping = undefined;
      if (!beyond) return false;
    }
    if (this.#start.rules.entryDecision(this.#prefix + name, name) === "give") return true;
    this.#withheld += 1;
    return false;
  }

  #listed(found: Found, within: string | undefined): ListedEntry {
    const { name, type } = found;
    if (found.lossy) {
      this.#ordered = false;
      return { name, type, lossy: true };
    }
    const entry = within === undefined ? undefined : found.entry;
    const facts = within === undefined || entry === undefined ? undefined : this.#facts(within, entry);
    return facts === undefined ? { name, type } : { name, type, size: facts.size, modified: facts.mtimeMs };
  }

  /** Undefined: it is gone, or the card denies it by what it is. */
  #facts(within: string, entry: EntryName): Facts | undefined {
    const met = entryStat(within, entry);
    if (met === undefined || !(met.isFile() || met.isDirectory() || met.isSymbolicLink())) return undefined;
    const { ownIdentities } = this.#start.rules.source;
    const plain = this.#mount === undefined && !(met.isFile() && (met.nlink > 1 || ownIdentities.some((own) => own.endsWith(`:${met.ino}`))));
    return plain ? met : this.#heldFacts(entry);
  }

  /** Asks the rules and the size of one held object, so that no exchange of names comes between them. */
  #heldFacts(entry: EntryName): Facts | undefined {
    const { rules, directory } = this.#start;
    const canonical = this.#prefix + entry;
    try {
      const held = holdEntry(directory, entry);
      try {
        if (this.#mount !== undefined && mountId(held) !== this.#mount && (rules.option("mounts", canonical) === "deny" || mountOf(held).pseudo))
          return undefined;
        const found = stat(held);
        if (found.isFile() ? rules.fileDecision(canonical, found) !== "give" : !(found.isDirectory() || found.isSymbolicLink())) return undefined;
        return { size: Number(found.size), mtimeMs: Number(found.mtimeNs) / 1e6 };
      } finally {
        close(held);
      }
    } catch {
      return undefined;
    }
  }

  #end(): Page {
    if (this.#skipping === undefined || this.#listing.sorted) return this.#page(undefined);
    throw new Failure("fs.conflict", "The directory changed since the last page: list it from the start.");
  }

  #page(next: string | undefined): Page {
    return { entries: this.#entries, withheld: this.#withheld, ...(next !== undefined && { next }), ordered: this.#ordered };
  }
}
