import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { Failure } from "@postern/policy";

/** What a body waits for before it grows large. */
export interface Room {
  /** Decoded bytes up to which none is needed. */
  readonly from: number;
  /** Resolves when there is room for the rest. */
  enter(): Promise<void>;
}

export interface BodyLimits {
  readonly signal: AbortSignal;
  /** Bytes after decoding. */
  readonly decodedBytes: number;
  /** Absent: there is always room. */
  readonly room?: Room;
  /** Told as it comes, in decoded bytes. */
  onProgress?(bytes: number): void;
}

/** What is asked for: what `readBody` can undo. */
export const acceptedCodings = "gzip, br";

/**
 * Reads the body of an answer, with its one content coding undone. Guarantees that no more than the limit is ever held, however
 * small the bytes on the wire are: 304 bytes of brotli can stand for 200 MB, so what comes out is counted while it comes,
 * and the decoder ends with the signal. While it waits for room it takes nothing more from the connection.
 *
 * Throws `net.too_large`, `net.decode` (damaged, more codings than one, a coding that was not asked for), what the room
 * throws, and the signal's reason.
 */
export function readBody(
  body: Readable,
  coding: string | readonly string[] | undefined,
  { signal, decodedBytes, room, onProgress }: BodyLimits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    let roomy = room === undefined;
    let decoded: Readable | undefined;
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", stop);
      decoded?.destroy();
      body.destroy();
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(signal.aborted ? signal.reason : failureOf(error)));
    const stop = (): void => fail(signal.reason);
    try {
      signal.throwIfAborted();
      const decoder = decoderOf(coding);
      decoded = decoder === undefined ? body : pipeline(body, decoder, (error) => void (error && fail(error)));
    } catch (error) {
      fail(error);
      return;
    }
    signal.addEventListener("abort", stop, { once: true });
    decoded.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > decodedBytes) {
        fail(tooLarge(decodedBytes));
        return;
      }
      parts.push(chunk);
      onProgress?.(length);
      if (roomy || room === undefined || length <= room.from) return;
      roomy = true;
      decoded?.pause();
      room.enter().then(() => decoded?.resume(), fail);
    });
    decoded.on("error", fail);
    decoded.on("end", () => end(() => resolve(Buffer.concat(parts, length))));
    // A connection that breaks off may end its stream without a word.
    decoded.on("close", () => fail(new Failure("net.connect", "The connection broke off.")));
  });
}

function decoderOf(coding: string | readonly string[] | undefined): Transform | undefined {
  const name = typeof coding === "string" ? coding.trim().toLowerCase() : coding;
  switch (name) {
    case undefined:
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "br":
      return createBrotliDecompress();
    default:
      throw new Failure("net.decode", "The answer comes in a content coding that was not asked for, or in several.");
  }
}

function tooLarge(limit: number): Failure {
  return new Failure("net.too_large", `The answer is larger than the limit of ${limit} bytes.`);
}

function failureOf(error: unknown): unknown {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return new Failure("net.too_large", "The answer is larger on the wire than the limit.", { cause: error });
  if (code.startsWith("Z_") || code.startsWith("ERR_BROTLI") || code.startsWith("ERR__ERROR")) {
    return new Failure("net.decode", "The answer's content coding is damaged.", { cause: error });
  }
  return error;
}
