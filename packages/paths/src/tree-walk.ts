import { close, type Handle, holdDirectory, mountId } from "./handle.ts";
import type { IgnoreChain } from "./gitignore.ts";
import { readIgnoreFile } from "./ignore-file.ts";
import { type EntryType, type Found, Listing } from "./listing.ts";
import { mountOf } from "./mount.ts";
import type { EntryName } from "./name.ts";
import type { EntryRules } from "./rules.ts";

/** Parts and bytes of a path that resolution accepts: what lies deeper could be named by no tool. */
const mostParts = 128;
const mostBytes = 4095;

/** Where a walk begins: a proven directory, its place below the root, and the root's rules. */
export interface WalkStart {
  /** The held directory; a walk never closes it. */
  readonly directory: Handle;
  /** Canonical path of the directory below the root, without slashes around it; empty for the root itself. */
  readonly relative: string;
  readonly rules: EntryRules;
}

/** Why a directory was met but not entered. */
export type Closed = "depth" | "mount" | "unreadable" | "covered";

/** One entry on the way down. */
export class Met {
  readonly name: string;
  readonly type: EntryType;
  readonly lossy: boolean;
  /** Path below the directory where the walk began, and below the root. */
  readonly relative: string;
  readonly canonical: string;
  /** 1 for an entry of the starting directory. */
  readonly depth: number;
  /** The held directory that the entry lies in; valid until the next step. */
  readonly directory: Handle;
  readonly closed: Closed | undefined;
  readonly #found: Found;

  constructor(found: Found, floor: Floor, relative: string, canonical: string, closed: Closed | undefined) {
    this.name = found.name;
    this.type = found.type;
    this.lossy = found.lossy;
    this.relative = relative;
    this.canonical = canonical;
    this.depth = floor.depth;
    this.directory = floor.directory;
    this.closed = closed;
    this.#found = found;
  }

  get entry(): EntryName | undefined {
    return this.#found.entry;
  }
}

export interface TreeWalkOptions {
  readonly maxDepth?: number;
  readonly maxEntries?: number;
  /** One of several walkers of the same tree: it enters every directory, and gives and counts its own part of the rest. */
  readonly share?: { readonly part: number; readonly parts: number };
  /** Passes over what .gitignore files name, and over `.git`. */
  readonly ignore?: IgnoreChain;
  /** `skip`: neither given nor entered. `covered`: given, but nothing below it can be wanted. */
  consider?(relative: string, found: Found): "take" | "skip" | "covered";
}

interface Floor {
  readonly directory: Handle;
  readonly listing: Listing;
  readonly mount: string;
  readonly above: Floor | undefined;
  /** With a slash at the end, or empty. */
  readonly relative: string;
  readonly canonical: string;
  readonly depth: number;
  readonly ignore: IgnoreChain | undefined;
  /** Where the hash of a name in this directory begins. */
  readonly seed: number;
}

/**
 * Goes down a tree, one entry at a time, in the order of `Listing`, each directory before what it holds.
 * Guarantees: every directory is held from the handle of the one above it, by name and without following a link, so no
 * exchange of names leads out of the root; what the rules keep back is neither given nor entered; another mount is
 * not entered unless the root allows it, one of the kernel's own file systems never. It needs no recursion and holds two handles for each level, of which there
 * are at most as many as a path may have parts: deeper entries could be named by no tool.
 */
export class TreeWalk implements Disposable {
  /** Entries seen, those that were kept back among them. */
  visited = 0;
  /** Entries that the rules kept back, each directory as one. */
  withheld = 0;
  /** Directories that could not be entered: no access, gone meanwhile, or a name that is no UTF-8. */
  unreadable = 0;
  truncated: "entries" | "depth" | undefined;

  readonly #start: WalkStart;
  readonly #options: TreeWalkOptions;
  readonly #startDepth: number;
  readonly #pathRoom: number;
  #floor: Floor | undefined;

  /** Throws what the operating system says of the starting directory. */
  constructor(start: WalkStart, options: TreeWalkOptions) {
    this.#start = start;
    this.#options = options;
    this.#startDepth = start.relative === "" ? 0 : start.relative.split("/").length;
    this.#pathRoom = mostBytes - Buffer.byteLength(start.rules.source.root) - 1;
    this.#floor = {
      directory: start.directory,
      listing: new Listing(start.directory),
      mount: mountId(start.directory),
      above: undefined,
      relative: "",
      canonical: start.relative === "" ? "" : `${start.relative}/`,
      depth: 1,
      seed: 0,
      ignore: options.ignore?.below(start.relative, readIgnoreFile(start.directory, start.relative, start.rules)),
    };
  }

  /**
   * Looks at one more entry. Undefined: it is not to be given; `end`: there is none, or a budget is used up
   * (`truncated` tells). Small enough to be called between two looks at the clock.
   */
  step(): Met | "end" | undefined {
    const floor = this.#floor;
    if (floor === undefined) return "end";
    const found = this.#listed(floor);
    if (found === undefined) {
      this.#leave(floor);
      return undefined;
    }
    if (this.visited >= (this.#options.maxEntries ?? Number.POSITIVE_INFINITY)) {
      this.truncated = "entries";
      this[Symbol.dispose]();
      return "end";
    }
    this.visited += 1;
    return this.#meet(floor, found);
  }

  [Symbol.dispose](): void {
    while (this.#floor !== undefined) this.#leave(this.#floor);
  }

  #listed(floor: Floor): Found | undefined {
    try {
      return floor.listing.next();
    } catch {
      this.#cannot();
      return undefined;
    }
  }

  #leave(floor: Floor): void {
    this.#floor = floor.above;
    floor.listing[Symbol.dispose]();
    if (floor.above !== undefined) close(floor.directory);
  }

  #meet(floor: Floor, found: Found): Met | undefined {
    const { name, type } = found;
    if (type !== "directory" && !this.#mine(floor, name)) return undefined;
    const canonical = floor.canonical + name;
    if (this.#start.rules.entryDecision(canonical, name) !== "give") {
      if (type !== "directory" || this.#first) this.withheld += 1;
      return undefined;
    }
    if (floor.ignore !== undefined && (name === ".git" || floor.ignore.ignores(canonical, name, type === "directory"))) return undefined;
    const relative = floor.relative + name;
    const wish = this.#options.consider?.(relative, found) ?? "take";
    if (wish === "skip") return undefined;
    const closed = type !== "directory" ? undefined : wish === "covered" ? "covered" : this.#enter(floor, found, relative, canonical);
    return new Met(found, floor, relative, canonical, closed);
  }

  #enter(floor: Floor, found: Found, relative: string, canonical: string): Closed | undefined {
    if (floor.depth >= (this.#options.maxDepth ?? Number.POSITIVE_INFINITY)) return "depth";
    if (this.#startDepth + floor.depth >= mostParts || this.#tooLong(canonical)) {
      this.truncated = "depth";
      return "depth";
    }
    if (found.entry === undefined) return this.#cannot();
    let directory: Handle;
    try {
      directory = holdDirectory(floor.directory, found.entry);
    } catch {
      return this.#cannot();
    }
    try {
      const mount = mountId(directory);
      if (mount !== floor.mount && this.#foreign(directory, canonical)) {
        close(directory);
        if (this.#first) this.withheld += 1;
        return "mount";
      }
      this.#floor = {
        directory,
        listing: new Listing(directory),
        mount,
        above: floor,
        relative: `${relative}/`,
        canonical: `${canonical}/`,
        depth: floor.depth + 1,
        seed: hash(floor.seed, found.name),
        ignore: floor.ignore?.below(canonical, readIgnoreFile(directory, canonical, this.#start.rules)),
      };
      return undefined;
    } catch {
      close(directory);
      return this.#cannot();
    }
  }

  #foreign(directory: Handle, canonical: string): boolean {
    return this.#start.rules.option("mounts", canonical) === "deny" || mountOf(directory).pseudo;
  }

  #cannot(): "unreadable" {
    if (this.#first) this.unreadable += 1;
    return "unreadable";
  }

  /** Decided by names alone, so that the walkers need not agree on anything else, not even on what they saw. */
  #mine({ seed }: Floor, name: string): boolean {
    const { share } = this.#options;
    if (share === undefined) return true;
    const mixed = hash(seed, name);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % share.parts === share.part;
  }

  /** The walker that counts what all of them meet. */
  get #first(): boolean {
    return (this.#options.share?.part ?? 0) === 0;
  }

  /** No room below it for a slash and one more byte. */
  #tooLong(canonical: string): boolean {
    return canonical.length * 3 + 2 > this.#pathRoom && Buffer.byteLength(canonical) + 2 > this.#pathRoom;
  }
}

function hash(seed: number, name: string): number {
  let mixed = seed;
  for (let at = 0; at < name.length; at += 1) mixed = (Math.imul(mixed, 31) + name.charCodeAt(at)) | 0;
  return mixed;
}
