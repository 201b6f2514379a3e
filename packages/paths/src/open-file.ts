import { closeSync, fstatSync, read, readSync } from "node:fs";
import { Failure } from "@postern/policy";
import type { OpenFile } from "./authority.ts";
import { reopenForReading, type Handle } from "./handle.ts";

/**
 * Opens what a handle holds for reading. No name is looked up, so it is the object that was proven. Throws `Failure`
 * when the system refuses or it is no regular file.
 */
export function openFile(held: Handle): OpenFile {
  const handle = attempt(() => reopenForReading(held));
  try {
    const found = attempt(() => fstatSync(handle));
    if (!found.isFile()) throw new Failure("fs.is_directory", "This is a directory, not a file.");
    return new ReadableFile(handle, found.size, found.mtimeMs);
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** Of this thread. What is left in it from one read to the next reaches nobody: copies leave. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024 + 1);

class ReadableFile implements OpenFile {
  readonly size: number;
  readonly modified: number;
  readonly #handle: Handle;
  /** Reads under way: the descriptor's number must not be given away under them. */
  #reading = 0;
  #disposed = false;

  constructor(handle: Handle, size: number, modified: number) {
    this.#handle = handle;
    this.size = size;
    this.modified = modified;
  }

  async read(position: number, length: number): Promise<Buffer> {
    this.#assertOpen();
    this.#reading++;
    try {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const got = await readSome(this.#handle, buffer, filled, position + filled);
        if (got === 0) break;
        filled += got;
      }
      return buffer.subarray(0, filled);
    } finally {
      this.#reading--;
      this.#closeWhenIdle();
    }
  }

  readNow(position: number, length: number): Buffer {
    this.#assertOpen();
    // What is asked for is often far more than there is, and whatever is given away outside of the heap brings the next full collection nearer.
    const buffer = length <= scratch.length ? scratch : Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const got = attempt(() => readSync(this.#handle, buffer, filled, length - filled, position + filled));
      filled += got;
      // The end, without another look for it.
      if (got === 0 || position + filled === this.size) break;
    }
    return buffer === scratch ? Buffer.from(buffer.subarray(0, filled)) : buffer.subarray(0, filled);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#disposed && this.#reading === 0) closeSync(this.#handle);
  }

  #assertOpen(): void {
    if (this.#disposed) throw new Error("read after close");
  }
}

function readSome(handle: Handle, buffer: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(handle, buffer, offset, buffer.length - offset, position, (error, got) => (error ? reject(failureOf(error)) : resolve(got)));
  });
}

function attempt<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EACCES":
    case "EPERM":
      return new Failure("fs.permission", "The operating system does not let this process read the file.", { cause: error });
    case "EISDIR":
      return new Failure("fs.is_directory", "This is a directory, not a file.", { cause: error });
    default:
      return new Failure("fs.io", "The operating system reported an input/output error.", { cause: error });
  }
}
