import { Failure, type FailureCode } from "@postern/policy";
import { close, type Handle } from "./handle.ts";
import type { PathAuthority } from "./authority.ts";
import type { Root } from "./root.ts";
import type { EntryRules } from "./rules.ts";

/**
 * What a resolution proved: one object below one root, held open, with the rules that govern what lies below it.
 * The handle is this object's own: it outlives the root's, and it is closed once, by `release`.
 */
export class HeldPath {
  readonly root: Root;
  /** Canonical path below the root; `""` for the root itself. */
  readonly relative: string;
  /** Absolute. */
  readonly canonical: string;
  readonly type: "file" | "directory" | "missing";
  readonly rules: EntryRules;
  #handle: Handle | undefined;
  readonly #problem: FailureCode;
  #released = false;

  constructor(proven: {
    readonly root: Root;
    readonly relative: string;
    readonly canonical: string;
    readonly rules: EntryRules;
    readonly type: "file" | "directory" | "missing";
    readonly handle: Handle | undefined;
    /** Why there is no handle. */
    readonly problem?: FailureCode;
  }) {
    this.root = proven.root;
    this.relative = proven.relative;
    this.canonical = proven.canonical;
    this.rules = proven.rules;
    this.type = proven.type;
    this.#handle = proven.handle;
    this.#problem = proven.problem ?? "fs.not_found";
  }

  /** Throws the `Failure` that stands for a missing entry; after `release` an error, for the number may name another file by then. */
  get handle(): Handle {
    if (this.#released) throw new Error("used after release");
    if (this.#handle === undefined) throw new Failure(this.#problem, problemText(this.#problem));
    return this.#handle;
  }

  /** The handle of a directory; throws `fs.not_directory` for a file. */
  get directory(): Handle {
    if (this.type === "file") throw new Failure("fs.not_directory", problemText("fs.not_directory"));
    return this.handle;
  }

  release(): void {
    this.#released = true;
    const held = this.#handle;
    this.#handle = undefined;
    if (held !== undefined) close(held);
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

function problemText(code: FailureCode): string {
  switch (code) {
    case "fs.not_directory":
      return "A part of the path is a file where a directory is needed.";
    case "fs.permission":
      return "The operating system does not let this process go there.";
    default:
      return "No such file or directory.";
  }
}
