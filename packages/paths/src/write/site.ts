import { Failure } from "@postern/policy";
import type { Place } from "../descend.ts";
import type { HeldPath } from "../held-path.ts";
import { close, type Handle, holdEntry, mountId, stat } from "../handle.ts";
import type { EntryName } from "../name.ts";
import { isOwnFile } from "../own-files.ts";
import { CurrentFile } from "./current-file.ts";
import { type EntryLock, lockEntry } from "./entry-lock.ts";
import { assertStands } from "./stands.ts";
import { requireReachable } from "./write-authority.ts";
import { errorName } from "./write-failure.ts";

/** The place of one entry, in the directory that was proven: everything that changes the entry goes through here. */
export class Site {
  readonly directory: Handle;
  readonly name: EntryName;
  readonly #held: HeldPath;
  readonly #place: Place;

  /** Throws `fs.not_found` and its kin when the directory does not exist. */
  constructor(held: HeldPath) {
    requireReachable(held, "must exist");
    const { place } = held;
    const name = place?.names.at(-1);
    if (place === undefined || name === undefined) throw new Error("a reachable entry has a place");
    this.directory = place.directory;
    this.name = name;
    this.#held = held;
    this.#place = place;
  }

  /** Waits for the right to change the entry. */
  lock(signal: AbortSignal): Promise<EntryLock> {
    return lockEntry(this.directory, this.name, { signal, state: this.#held.state });
  }

  /** As `assertStands`. */
  assertStands(): void {
    assertStands(this.#held.root, this.#place);
  }

  /** The same as an answer, for the moment after a change: a directory that was moved between takes what was made in it along. */
  stands(): boolean {
    try {
      this.assertStands();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The file that has the name now; undefined: nothing has. It need not be the one that was proven: another call may have
   * put a new one in its place. Then it is judged like that one was; what would have been denied is a conflict.
   */
  currentFile(): CurrentFile | undefined {
    let handle: Handle;
    try {
      handle = holdEntry(this.directory, this.name);
    } catch (error) {
      if (errorName(error) === "ENOENT") return undefined;
      throw error;
    }
    try {
      this.#judge(handle);
      return new CurrentFile(handle);
    } catch (error) {
      close(handle);
      throw error;
    }
  }

  #judge(handle: Handle): void {
    const found = stat(handle);
    const { rules, relative, type } = this.#held;
    if (found.isDirectory()) throw new Failure("fs.is_directory", "A file is needed, and this is a directory; nothing was changed.");
    const proven = type === "file" && sameObject(found, stat(this.#held.handle));
    const fits =
      found.isFile() &&
      rules.fileDecision(relative, found) === "give" &&
      (proven || (mountId(handle) === mountId(this.directory) && !isOwnFile(found, this.name, rules.source.own)));
    if (!fits) throw new Failure("fs.conflict", "Something else took the file's place meanwhile; nothing was changed.");
  }
}

export function sameObject(one: { readonly dev: bigint; readonly ino: bigint }, other: { readonly dev: bigint; readonly ino: bigint }): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}
