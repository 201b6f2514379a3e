import type { BigIntStats } from "node:fs";
import { Failure } from "@postern/policy";
import type { Place } from "../descend.ts";
import type { HeldPath } from "../held-path.ts";
import { close, type Handle, holdEntry, mountId, stat } from "../handle.ts";
import type { EntryName } from "../name.ts";
import { isOwnFile } from "../own-files.ts";
import { CurrentFile } from "./current-file.ts";
import { entryAt } from "./entries.ts";
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
    const { directory, name } = this;
    const { root, state, canonical } = this.#held;
    return lockEntry({ directory, name, canonical, device: root.device }, { signal, state });
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
    const held = this.#held;
    const now = entryAt(this.directory, this.name);
    if (now === undefined) return undefined;
    if (held.type === "file" && sameObject(now, held.identity)) {
      this.#judge(now);
      return new CurrentFile(held.handle, now);
    }
    let handle: Handle;
    try {
      handle = holdEntry(this.directory, this.name);
    } catch (error) {
      if (errorName(error) === "ENOENT") return undefined;
      throw error;
    }
    try {
      const found = stat(handle);
      this.#judge(found);
      if (mountId(handle) !== mountId(this.directory) || isOwnFile(found, this.name, held.rules.source.own)) throw takenOver();
      return new CurrentFile(handle, found, () => close(handle));
    } catch (error) {
      close(handle);
      throw error;
    }
  }

  #judge(found: BigIntStats): void {
    const { rules, relative } = this.#held;
    if (found.isDirectory()) throw new Failure("fs.is_directory", "A file is needed, and this is a directory; nothing was changed.");
    if (!found.isFile() || rules.fileDecision(relative, found) !== "give") throw takenOver();
  }
}

function takenOver(): Failure {
  return new Failure("fs.conflict", "Something else took the file's place meanwhile; nothing was changed.");
}

export function sameObject(one: { readonly dev: bigint; readonly ino: bigint }, other: { readonly dev: bigint; readonly ino: bigint }): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}
