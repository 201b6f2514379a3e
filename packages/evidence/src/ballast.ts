import { randomBytes } from "node:crypto";
import { closeSync, openSync, statfsSync, statSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Bytes that are kept back, enough for the outcomes of a thousand calls. */
export const ballastBytes = 1 << 20;
// on top of the ballast: what a log needs to be of any use after it resumes
const marginBytes = 1 << 18;

/**
 * Space kept in reserve beside the database, so that a full file system still leaves room for the outcomes of calls
 * that are under way. A file of its own: the write-ahead log grows outside the database, so pages freed inside would not help.
 */
export class Ballast {
  readonly #file: string;

  constructor(database: string) {
    this.#file = `${database}-ballast`;
  }

  /** Takes the space, unless it is held already. False: there is not enough. */
  acquire(): boolean {
    try {
      if (this.#size() === ballastBytes) return true;
      const room = statfsSync(dirname(this.#file));
      if (room.bavail * room.bsize < ballastBytes + marginBytes) return false;
      this.#write();
      return true;
    } catch {
      this.release();
      return false;
    }
  }

  /** Gives the space back to the file system. */
  release(): void {
    try {
      truncateSync(this.#file, 0);
    } catch {
      // nothing was held
    }
  }

  #size(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }

  #write(): void {
    const descriptor = openSync(this.#file, "w", 0o600);
    try {
      // random, so that a file system that compresses or finds holes keeps the space too
      writeSync(descriptor, randomBytes(ballastBytes), 0, ballastBytes, 0);
    } finally {
      closeSync(descriptor);
    }
  }
}
