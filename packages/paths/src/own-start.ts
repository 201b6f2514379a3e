import type { PathAuthority } from "./authority.ts";
import { close, type Handle, holdAgain, reopenForReading } from "./handle.ts";
import { heldBy } from "./held-path.ts";
import { fileFailure } from "./os-failure.ts";
import type { EntryRules } from "./rules.ts";
import type { WalkStart } from "./tree-walk.ts";

/**
 * Begins at a directory of a call, or at a file where `single` says that one will do; the file is open for reading. Guarantees a handle of its own, so that work that outlasts the call for a moment
 * (a worker that is being stopped) never meets a number that already stands for another file.
 */
export class OwnStart implements WalkStart, Disposable {
  readonly directory: Handle;
  readonly relative: string;
  readonly rules: EntryRules;
  /** Absolute. */
  readonly canonical: string;
  readonly root: Handle;

  readonly single: boolean;

  /** Throws `fs.not_found`, `fs.not_directory`, `fs.permission`. */
  constructor(authority: PathAuthority, takes: "directory" | "single" = "directory") {
    const held = heldBy(authority);
    this.single = takes === "single" && held.type === "file";
    try {
      this.directory = this.single ? reopenForReading(held.handle) : holdAgain(held.directory);
    } catch (error) {
      throw fileFailure(error);
    }
    this.relative = held.relative;
    this.rules = held.rules;
    this.canonical = held.canonical;
    this.root = held.root.handle;
  }

  [Symbol.dispose](): void {
    close(this.directory);
  }
}
