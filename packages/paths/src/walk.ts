import { Failure } from "@postern/policy";
import type { PathAuthority } from "./authority.ts";
import { ignoreChain, inheritedIgnores } from "./ignore-file.ts";
import type { EntryType } from "./listing.ts";
import { fileFailure } from "./os-failure.ts";
import { TimeSlice } from "./time-slice.ts";
import { type Closed, TreeWalk } from "./tree-walk.ts";
import { OwnStart } from "./own-start.ts";

export interface WalkedEntry {
  /** Below the walked directory. Bytes of a name that are no UTF-8 stand in it as U+FFFD. */
  readonly relative: string;
  readonly name: string;
  readonly type: EntryType;
  /** 1 for an entry of the walked directory itself. */
  readonly depth: number;
  /** A directory whose entries the walk leaves out, and why. */
  readonly closed?: Closed;
  /** The name cannot be written as text, so no tool can be asked for it. */
  readonly lossy?: true;
}

/** `bytes`: what was found fills the room for it. */
export type Truncation = "limit" | "bytes" | "deadline" | "entries" | "depth";

export interface WalkOptions {
  readonly signal: AbortSignal;
  readonly maxDepth?: number;
  /** Entries looked at, the ones that are kept back among them. */
  readonly maxEntries?: number;
  /** Milliseconds since the epoch at which the walk ends by itself, with what it has. */
  readonly deadline?: number;
  /** True: neither given nor entered. */
  prune?(relative: string, name: string, type: EntryType): boolean;
  /** Passes over what .gitignore files name, those above the directory included, and over `.git`. */
  readonly gitignore?: boolean;
  /** Called between slices of work with the number of entries looked at. */
  onProgress?(visited: number): void;
}

/** A walk in progress. The counts grow while it is iterated and are final at its end. */
export interface Walk extends AsyncIterable<WalkedEntry> {
  /** The same entries, as many at once as were found between two turns of the event loop: a turn for each one costs more than the entry. */
  batches(): AsyncIterable<readonly WalkedEntry[]>;
  readonly visited: number;
  /** Entries that the card's rules keep back, each directory as one. */
  readonly withheld: number;
  /** Directories that could not be read. */
  readonly unreadable: number;
  /** Why the walk ended before the tree did. */
  readonly truncated: Truncation | undefined;
}

/**
 * Walks the tree below a directory, each directory before its entries. Guarantees: never leaves the root, never
 * follows a link, never gives or enters what the card's rules keep back; gives way to other work every few
 * milliseconds; ends on `signal` with the failure `cancelled`. Depth is bounded by what a path can name (128 parts).
 */
export function walk(directory: PathAuthority, options: WalkOptions): Walk {
  return new SlicedWalk(directory, options);
}

class SlicedWalk implements Walk {
  readonly #directory: PathAuthority;
  readonly #options: WalkOptions;
  #tree: TreeWalk | undefined;
  #late = false;

  constructor(directory: PathAuthority, options: WalkOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  get visited(): number {
    return this.#tree?.visited ?? 0;
  }

  get withheld(): number {
    return this.#tree?.withheld ?? 0;
  }

  get unreadable(): number {
    return this.#tree?.unreadable ?? 0;
  }

  get truncated(): Truncation | undefined {
    return this.#late ? "deadline" : this.#tree?.truncated;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WalkedEntry> {
    for await (const batch of this.batches()) yield* batch;
  }

  async *batches(): AsyncGenerator<readonly WalkedEntry[]> {
    const { signal, deadline, onProgress } = this.#options;
    stopIfAborted(signal);
    using start = new OwnStart(this.#directory);
    using tree = begin(start, this.#options);
    this.#tree = tree;
    const slice = new TimeSlice();
    for (;;) {
      const batch: WalkedEntry[] = [];
      const ended = fill(batch, tree, slice);
      if (batch.length > 0) yield batch;
      if (ended) return;
      stopIfAborted(signal);
      if (!slice.over) continue;
      onProgress?.(tree.visited);
      await slice.pause();
      stopIfAborted(signal);
      if (deadline !== undefined && Date.now() >= deadline) {
        this.#late = true;
        return;
      }
    }
  }
}

/** Entries in one batch, and between two looks at the clock where no directory is entered. */
const mostInBatch = 512;
const stride = 32;

/** True: the walk is at its end. */
function fill(batch: WalkedEntry[], tree: TreeWalk, slice: TimeSlice): boolean {
  for (let steps = 1; batch.length < mostInBatch; steps += 1) {
    const met = tree.step();
    if (met === "end") return true;
    if (met !== undefined) {
      const { relative, name, type, depth, closed } = met;
      const entry = { relative, name, type, depth };
      batch.push(closed === undefined && !met.lossy ? entry : { ...entry, ...(closed && { closed }), ...(met.lossy && { lossy: true }) });
    }
    if ((steps % stride === 0 || met?.type === "directory") && slice.over) return false;
  }
  return false;
}

function begin(start: OwnStart, options: WalkOptions): TreeWalk {
  const { prune } = options;
  try {
    return new TreeWalk(start, {
      ...(options.maxDepth !== undefined && { maxDepth: options.maxDepth }),
      ...(options.maxEntries !== undefined && { maxEntries: options.maxEntries }),
      ...(options.gitignore === true && { ignore: ignoreChain(inheritedIgnores(start.root, start.relative, start.rules)) }),
      ...(prune && { consider: (relative, found) => (prune(relative, found.name, found.type) ? "skip" : "take") }),
    });
  } catch (error) {
    throw fileFailure(error);
  }
}

export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Failure("cancelled", "The call was cancelled.");
}
