import { Failure, type FailureCode } from "@postern/policy";
import { close, closeLater, stat, type Handle } from "./handle.ts";
import type { PathAuthority } from "./authority.ts";
import type { Place } from "./descend.ts";
import type { Root } from "./root.ts";
import type { EntryRules } from "./rules.ts";

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * What a resolution proved: one object below one root, held open, with the rules that govern what lies below it.
 * The handle is this object's own and closed once, by `release`. The place may stand on the root's own handle, so a scope
 * is closed only when everything that was resolved in it is released.
 */
export class HeldPath {
  readonly root: Root;
  /** Canonical path below the root; `""` for the root itself. */
  readonly relative: string;
  /** Absolute. */
  readonly canonical: string;
  readonly type: "file" | "directory" | "symlink" | "missing";
  readonly rules: EntryRules;
  /** As in the scope. */
  readonly state: string | undefined;
  /** As `rootsOver` tells it, for entries that may move. */
  readonly within: string | undefined;
  /** Why a missing entry is missing. */
  readonly problem: FailureCode;
  #handle: Handle | undefined;
  #identity: Identity | undefined;
  #place: Place | undefined;
  #released = false;

  constructor(proven: {
    readonly root: Root;
    readonly relative: string;
    readonly canonical: string;
    readonly rules: EntryRules;
    readonly type: "file" | "directory" | "symlink" | "missing";
    readonly handle: Handle | undefined;
    readonly stat?: Identity | undefined;
    readonly place?: Place | undefined;
    readonly state?: string | undefined;
    readonly within?: string | undefined;
    /** Why there is no handle. */
    readonly problem?: FailureCode;
  }) {
    this.root = proven.root;
    this.relative = proven.relative;
    this.canonical = proven.canonical;
    this.rules = proven.rules;
    this.type = proven.type;
    this.#handle = proven.handle;
    this.#identity = proven.stat;
    this.#place = proven.place;
    this.state = proven.state;
    this.within = proven.within;
    this.problem = proven.problem ?? "fs.not_found";
  }

  /** Throws the `Failure` that stands for a missing entry; after `release` an error, for the number may name another file by then. */
  get handle(): Handle {
    if (this.#released) throw new Error("used after release");
    if (this.#handle === undefined) throw new Failure(this.problem, problemText(this.problem));
    return this.#handle;
  }

  /** Which object it is: what the handle holds never becomes another one. Throws like `handle`. */
  get identity(): Identity {
    const { handle } = this;
    return (this.#identity ??= stat(handle));
  }

  /** Where the entry stands; undefined where it stands nowhere that could be acted on. Held for writing only. */
  get place(): Place | undefined {
    if (this.#released) throw new Error("used after release");
    return this.#place;
  }

  /** The handle of a directory; throws `fs.not_directory` for a file. */
  get directory(): Handle {
    if (this.type === "file") throw new Failure("fs.not_directory", problemText("fs.not_directory"));
    return this.handle;
  }

  release(): void {
    this.#released = true;
    const [held, place] = [this.#handle, this.#place];
    this.#handle = undefined;
    this.#place = undefined;
    if (place === undefined) {
      if (held !== undefined) close(held);
      return;
    }
    if (place.directory !== this.root.handle) close(place.directory);
    // It may be the last one of a file that was replaced or deleted.
    if (held !== undefined) closeLater(held);
  }
}

const behind = new WeakMap<PathAuthority, HeldPath>();

/** For `mint` only. */
export function bindAuthority(authority: PathAuthority, held: HeldPath): void {
  behind.set(authority, held);
}

/** What an authority stands on. Not exported from the package: handlers get no handles. */
export function heldBy(authority: PathAuthority): HeldPath {
  const held = behind.get(authority);
  if (held === undefined) throw new Error("an authority that this package did not mint");
  return held;
}

/** Why an entry is missing or of the wrong kind, in one sentence for its caller. */
export function problemText(code: FailureCode): string {
  switch (code) {
    case "fs.is_directory":
      return "A file is needed, and this is a directory.";
    case "fs.not_directory":
      return "A part of the path is a file where a directory is needed.";
    case "fs.permission":
      return "The operating system does not let this process go there.";
    default:
      return "No such file or directory.";
  }
}
