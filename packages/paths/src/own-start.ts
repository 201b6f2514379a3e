import type { PathAuthority } from "./authority.ts";
import { close, type Handle, holdAgain } from "./handle.ts";
import { heldBy } from "./held-path.ts";
import type { EntryRules } from "./rules.ts";
import type { WalkStart } from "./tree-walk.ts";

/**
 * Begins at a directory of a call. Guarantees a handle of its own, so that work that outlasts the call for a moment
 * (a worker that is being stopped) never meets a number that already stands for another file.
 */
export class OwnStart implements WalkStart, Disposable {
  readonly directory: Handle;
  readonly relative: string;
  readonly rules: EntryRules;
  /** Absolute. */
  readonly canonical: string;
  readonly root: Handle;

  /** Throws `fs.not_found`, `fs.not_directory`, `fs.permission`. */
  constructor(authority: PathAuthority) {
    const held = heldBy(authority);
    this.directory = holdAgain(held.directory);
    this.relative = held.relative;
    this.rules = held.rules;
    this.canonical = held.canonical;
    this.root = held.root.handle;
  }

  [Symbol.dispose](): void {
    close(this.directory);
  }
}
