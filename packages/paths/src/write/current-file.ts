import { createHash, hash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { Failure, type ContentDigest } from "@postern/policy";
import type { OpenFile } from "../authority.ts";
import { type Handle, stat } from "../handle.ts";
import { openFile } from "../open-file.ts";

/** Larger files are not read for the record alone: the record says so instead of a digest. */
const largestDigested = 1024 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
/** Read in one step on the main thread: the trip to the thread pool costs more. */
const small = 64 * 1024;

/** The file that stands at a site while its lock is held. */
export class CurrentFile implements Disposable {
  readonly handle: Handle;
  readonly stat: BigIntStats;
  readonly #close: () => void;
  readonly #opened: OpenFile[] = [];
  #digest: ContentDigest | undefined;

  /** `stat` is the handle's. `end` closes the handle, where nobody else does. */
  constructor(handle: Handle, found: BigIntStats, end = (): void => undefined) {
    this.handle = handle;
    this.stat = found;
    this.#close = end;
  }

  get size(): number {
    return Number(this.stat.size);
  }

  /** The whole content; for files whose size the caller has bounded. Throws `fs.conflict` when it grows meanwhile. */
  async content(signal: AbortSignal): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of this.chunks(signal)) {
      parts.push(part);
      length += part.length;
      if (length > this.size) throw new Failure("fs.conflict", "Another program is writing into the file; nothing was changed. Try again.");
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  async *chunks(signal: AbortSignal): AsyncGenerator<Buffer> {
    yield* chunksOf(this.#open(), signal);
  }

  /** Size and SHA-256, read once. `known` is the content, where somebody has it already. */
  async digest(signal: AbortSignal, known?: Buffer): Promise<ContentDigest> {
    this.#digest ??= known === undefined ? await digestOfHeld(this.handle, signal, this.size) : digestOfBytes(known);
    return this.#digest;
  }

  /** Whether nobody wrote into the file since it was looked at: foreign programs know nothing of our lock. */
  isUntouched(now: BigIntStats | undefined): boolean {
    const { dev, ino, size, mtimeNs } = this.stat;
    return now !== undefined && now.ino === ino && now.dev === dev && now.size === size && now.mtimeNs === mtimeNs;
  }

  #open(): OpenFile {
    const file = this.#opened[0] ?? openFile(this.handle);
    this.#opened[0] = file;
    return file;
  }

  [Symbol.dispose](): void {
    for (const file of this.#opened.splice(0)) file[Symbol.dispose]();
    this.#close();
  }
}

/** A file's content in order, up to what its end is by then. Stops on `signal`. */
export async function* chunksOf(file: OpenFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (file.size <= small) {
    const whole = file.readNow(0, small + 1);
    yield whole;
    if (whole.length <= small) return;
  }
  for (let position = file.size <= small ? small + 1 : 0; ; ) {
    signal.throwIfAborted();
    const chunk = await file.read(position, chunkBytes);
    if (chunk.length === 0) return;
    yield chunk;
    position += chunk.length;
  }
}

/** Size and SHA-256 of what a handle holds; the size alone where it is too large, or may be changed by this process and not read. */
export async function digestOfHeld(held: Handle, signal: AbortSignal, size = Number(stat(held).size)): Promise<ContentDigest> {
  if (size > largestDigested) return { bytes: size, sha256: null };
  let file: OpenFile;
  try {
    file = openFile(held);
  } catch (error) {
    if (error instanceof Failure && error.code === "fs.permission") return { bytes: size, sha256: null };
    throw error;
  }
  try {
    const whole = size <= small ? file.readNow(0, small + 1) : undefined;
    if (whole !== undefined && whole.length <= small) return digestOfBytes(whole);
    const digest = createHash("sha256");
    let bytes = 0;
    for await (const chunk of chunksOf(file, signal)) {
      digest.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: digest.digest("hex") };
  } finally {
    file[Symbol.dispose]();
  }
}

export function digestOfBytes(content: Buffer): ContentDigest {
  return { bytes: content.length, sha256: hash("sha256", content) };
}
