import type { LineFile, Lines } from "./line-file.ts";
import { decodePiece, encodingNote, type Piece } from "./text-answer.ts";

/** Bytes of a file in one answer. Escaped as JSON they stay below what a connection carries. */
export const pageBytes = 2 * 1024 * 1024;
/** As much of a file as is read only to say how many lines it has. */
const countedBytes = 64 * 1024 * 1024;

export interface PageRequest {
  /** First line, from 1. */
  readonly offset: number;
  readonly limit: number | undefined;
  /** Bytes of the first line that an earlier page gave already. */
  readonly lineOffset: number;
  /** Bytes that the page may take. */
  readonly most: number;
}

/** Lines of a file from `offset` on. Reads up to there, and after it no more than one page and the count of the rest. */
export async function readPage(file: LineFile, request: PageRequest): Promise<Piece> {
  const { offset, limit, lineOffset, most } = request;
  if (offset === 1 && lineOffset === 0 && limit === undefined && file.size <= most) {
    const decoded = decodePiece(file, await file.read(0, file.size), 0);
    return { text: decoded.text, notes: [encodingNote(decoded)], start: 0, end: file.size };
  }
  const { position } = await file.skip(offset - 1);
  const start = position + lineOffset - (lineOffset % file.unit.width);
  if (start >= file.size) return { text: "", notes: [await beyondNote(file, request)], start: file.size, end: file.size };
  const taken = await file.take(start, limit ?? Number.POSITIVE_INFINITY, most);
  const decoded = decodePiece(file, taken.bytes, start);
  const note = taken.cut ? cutNote(taken, offset, taken.end - position) : await pageNote(file, taken, offset, start);
  return { text: decoded.text, notes: [encodingNote(decoded, start), note], start, end: taken.end };
}

export function cutNote(taken: Lines, line: number, next: number): string {
  return `Showing ${taken.bytes.length} bytes of line ${line}, which is longer than a page. Call read_text_file with offset=${line} and lineOffset=${next} to continue.`;
}

async function pageNote(file: LineFile, taken: Lines, offset: number, start: number): Promise<string | undefined> {
  const last = offset + taken.count - 1;
  const rest = file.size - taken.end;
  if (rest === 0) return start === 0 ? undefined : `Showing lines ${offset}-${last} of ${last}.`;
  const total = rest <= countedBytes ? last + (await file.count(taken.end)) : `more than ${last}`;
  return `Showing lines ${offset}-${last} of ${total}. Call read_text_file with offset=${last + 1} to continue.`;
}

async function beyondNote(file: LineFile, { offset, lineOffset }: PageRequest): Promise<string> {
  const lines = await file.count(0);
  const size = lines === 1 ? "The file has 1 line" : `The file has ${lines} lines`;
  return offset > lines ? `${size}; offset=${offset} is past its end.` : `${size}; lineOffset=${lineOffset} is past the end of the last one.`;
}
