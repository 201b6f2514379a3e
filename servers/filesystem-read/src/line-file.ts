import type { OpenFile } from "@postern/paths";
import { type LineUnit, lineUnitOf, startsAsText } from "./line-unit.ts";

/** Files up to this size are read in one step on the main thread: the trip to the thread pool costs more. */
const smallFile = 64 * 1024;
const chunkBytes = 256 * 1024;
/** As much of a large file tells whether and what text it is. */
const sniffedBytes = 8 * 1024;

/** A stretch of a file that begins and ends at line boundaries, unless `cut`. */
export interface Lines {
  readonly bytes: Buffer;
  /** Line feeds in it, and one more for a last line without one. */
  readonly count: number;
  /** Position in the file after the last byte. */
  readonly end: number;
  /** The last line goes on after the last byte. */
  readonly cut: boolean;
}

/** A file as lines, read in chunks: no method holds more than what it returns and one chunk. */
export class LineFile {
  readonly size: number;
  readonly text: boolean;
  readonly unit: LineUnit;
  readonly #file: OpenFile;
  readonly #signal: AbortSignal;
  /** The whole of a small file. */
  readonly #whole: Buffer | undefined;

  constructor(file: OpenFile, signal: AbortSignal) {
    this.#file = file;
    this.#signal = signal;
    const start = file.readNow(0, file.size <= smallFile ? file.size : sniffedBytes);
    this.#whole = file.size <= smallFile ? start : undefined;
    this.size = this.#whole?.length ?? file.size;
    this.text = startsAsText(start);
    this.unit = lineUnitOf(start);
  }

  async read(position: number, length: number): Promise<Buffer> {
    if (this.#whole !== undefined) return this.#whole.subarray(position, position + length);
    this.#signal.throwIfAborted();
    return this.#file.read(position, length);
  }

  /** The start of the line that many lines after the line at `from`, or how many there were before the end. */
  async skip(lines: number, from = 0): Promise<{ readonly position: number; readonly skipped: number }> {
    let skipped = 0;
    let position = from;
    while (skipped < lines && position < this.size) {
      const chunk = await this.read(position, chunkBytes);
      if (chunk.length === 0) break;
      let at = 0;
      while (skipped < lines) {
        const next = this.unit.after(chunk, at);
        if (next === -1) break;
        at = next;
        skipped += 1;
      }
      position += skipped === lines ? at : chunk.length;
    }
    return { position, skipped };
  }

  /** Up to that many whole lines from `position`, in up to `most` bytes. A first line that is longer is cut. */
  async take(position: number, lines: number, most: number): Promise<Lines> {
    const limit = Math.min(most, this.size - position);
    const chunks: Buffer[] = [];
    let filled = 0;
    let count = 0;
    let end = 0;
    while (filled < limit && count < lines) {
      // The first steps are small: a few lines are asked for more often than a page.
      const chunk = await this.read(position + filled, Math.min(limit - filled, Math.max(smallFile, filled * 3)));
      if (chunk.length === 0) break;
      for (let at = 0; count < lines; ) {
        at = this.unit.after(chunk, at);
        if (at === -1) break;
        end = filled + at;
        count += 1;
      }
      chunks.push(chunk);
      filled += chunk.length;
    }
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    if (count === lines || (count > 0 && position + filled < this.size)) return { bytes: bytes.subarray(0, end), count, end: position + end, cut: false };
    if (position + filled >= this.size) return { bytes, count: count + (end < filled ? 1 : 0), end: position + filled, cut: false };
    const whole = bytes.subarray(0, wholeCharacters(bytes, this.unit));
    return { bytes: whole, count: 1, end: position + whole.length, cut: true };
  }

  /** Lines from `position` to the end. */
  async count(position: number): Promise<number> {
    const { skipped, position: end } = await this.skip(Number.POSITIVE_INFINITY, position);
    const last = end > position ? await this.read(end - this.unit.width, this.unit.width) : Buffer.alloc(0);
    return skipped + (last.length > 0 && this.unit.after(last, 0) === -1 ? 1 : 0);
  }

  /** The end of the file that holds at least that many line feeds, in up to `most` bytes. */
  async tail(lines: number, most: number): Promise<{ readonly bytes: Buffer; readonly start: number }> {
    const { width } = this.unit;
    const floor = Math.max(0, aligned(this.size - most, width));
    const chunks: Buffer[] = [];
    let start = this.size;
    for (let found = 0; start > floor && found < lines; ) {
      const from = Math.max(floor, aligned(start - smallFile, width));
      const chunk = await this.read(from, start - from);
      if (chunk.length === 0) break;
      for (let at = this.unit.after(chunk, 0); at !== -1; at = this.unit.after(chunk, at)) found += 1;
      chunks.unshift(chunk);
      start = from;
    }
    return { bytes: Buffer.concat(chunks), start };
  }
}

/** Chunks begin at whole units, counted from the start of the file. */
function aligned(position: number, width: number): number {
  return position - (position % width);
}

/** Length of the bytes without a character that the end cuts through. */
function wholeCharacters(bytes: Buffer, unit: LineUnit): number {
  if (unit.width === 2) {
    const even = aligned(bytes.length, 2);
    const high = bytes[unit.mark[0] === 0xff ? even - 1 : even - 2] as number;
    return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
  }
  for (let back = 1; back <= 3 && back < bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
