import { createHash } from "node:crypto";
import { closeSync, fstatSync, write, writeSync, type BigIntStats } from "node:fs";
import type { ContentDigest } from "@postern/policy";
import { type EntryName, entryNameOf } from "../name.ts";
import { temporaryName } from "../own-temporary.ts";
import { digestOfBytes } from "./current-file.ts";
import { createEntry, setMode, setOwner, syncFile, unlinkEntry } from "./entries.ts";
import { ownerText } from "./owner.ts";
import { sameObject, type Site } from "./site.ts";

/** Content in the order in which it is to be written. */
export type Content = Buffer | AsyncIterable<Buffer>;

/** Written in one step on the main thread: the trip to the thread pool costs more. */
const small = 64 * 1024;

/**
 * New content beside the entry that it will become. Until it is put in place by name it is nobody's: `dispose` removes
 * it, and where the process dies before, the next start does.
 */
export class TemporaryFile implements Disposable {
  readonly name: EntryName;
  readonly #site: Site;
  readonly #descriptor: number;
  #identity: BigIntStats | undefined;
  #kept = false;

  /**
   * Takes the mode of the file that it replaces, without set-user-id, set-group-id and the sticky bit; a new file gets what
   * the process gives of `mode`.
   */
  constructor(site: Site, replaced: BigIntStats | undefined, mode = 0o666) {
    site.assertStands();
    this.#site = site;
    this.name = temporaryEntryName();
    this.#descriptor = createEntry(site.directory, this.name, replaced === undefined ? mode : firstMode(Number(replaced.mode)));
    try {
      if (replaced !== undefined) this.#takeAfter(replaced);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  async write(content: Content, signal: AbortSignal): Promise<ContentDigest> {
    if (Buffer.isBuffer(content)) {
      await this.#append(content, signal);
      return digestOfBytes(content);
    }
    const digest = createHash("sha256");
    let bytes = 0;
    for await (const chunk of content) {
      await this.#append(chunk, signal);
      digest.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: digest.digest("hex") };
  }

  sync(): Promise<void> {
    return syncFile(this.#descriptor);
  }

  /** Whether an entry is this file. */
  is(entry: BigIntStats | undefined): boolean {
    return entry !== undefined && sameObject(entry, this.#made());
  }

  /** The temporary has become the entry: its name is no longer ours to remove. */
  keep(): void {
    this.#kept = true;
  }

  /** Removes the name, where the content has another one by now. */
  dropName(): void {
    if (this.#kept) return;
    this.#kept = true;
    try {
      unlinkEntry(this.#site.directory, this.name);
    } catch {
      // The next start removes what cannot be removed now.
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
    this.dropName();
  }

  /** As it was made. */
  #made(): BigIntStats {
    return (this.#identity ??= fstatSync(this.#descriptor, { bigint: true }));
  }

  async #append(chunk: Buffer, signal: AbortSignal): Promise<void> {
    if (chunk.length <= small) {
      for (let at = 0; at < chunk.length; ) at += writeSync(this.#descriptor, chunk, at);
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      signal.throwIfAborted();
      at += await writeSome(this.#descriptor, chunk.subarray(at, at + 1024 * 1024));
    }
  }

  #takeAfter({ mode, uid, gid }: BigIntStats): void {
    const made = this.#made();
    if (made.uid !== uid || made.gid !== gid) this.#takeOwner(Number(uid), Number(gid), made);
    const kept = made.gid === gid || fstatSync(this.#descriptor).gid === Number(gid);
    const wanted = kept ? Number(mode) & 0o777 : forAnotherGroup(Number(mode));
    if ((Number(made.mode) & 0o7777) !== wanted) setMode(this.#descriptor, wanted);
  }

  /** Only root may give files away; the group goes to whoever is in it. What cannot be kept falls to this process's user. */
  #takeOwner(owner: number, group: number, made: BigIntStats): void {
    for (const [uid, gid] of [
      [owner, group],
      [Number(made.uid), group],
    ] as const) {
      try {
        setOwner(this.#descriptor, uid, gid);
        return;
      } catch {
        // The next choice asks for less.
      }
    }
  }
}

/** Neither the group that it falls to nor the one that it had may do more than before. */
function forAnotherGroup(mode: number): number {
  const both = (mode >> 3) & mode & 7;
  return (mode & 0o700) | (both << 3) | both;
}

/** The new file's group may be another one until it is set: where the two kinds of others differ, only the owner may read what is half there. */
function firstMode(mode: number): number {
  const [group, others] = [(mode >> 3) & 7, mode & 7];
  return group === others ? mode & 0o777 : 0o600;
}

export function temporaryEntryName(): EntryName {
  const name = entryNameOf(temporaryName(ownerText(), "tmp"));
  if (name === undefined) throw new Error("a temporary's name is no name");
  return name;
}

function writeSome(descriptor: number, chunk: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, chunk, 0, chunk.length, null, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}
