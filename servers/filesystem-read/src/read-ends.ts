import type { LineFile } from "./line-file.ts";
import { cutNote, pageBytes } from "./read-page.ts";
import { decodePiece, encodingNote, type Piece } from "./text-answer.ts";

/** The first lines, without the line feed of the last, as the official server gives them. */
export async function readHead(file: LineFile, lines: number): Promise<Piece> {
  const taken = await file.take(0, lines, pageBytes);
  const decoded = decodePiece(file, taken.bytes, 0);
  const short = `Showing lines 1-${taken.count} of the first ${lines}. Call read_text_file with offset=${taken.count + 1} to continue.`;
  const note = taken.cut ? cutNote(taken, 1, taken.end) : taken.count < lines && taken.end < file.size ? short : undefined;
  const text = decoded.text.replace(/\n$/, "");
  return { text, notes: [encodingNote(decoded), note], start: 0, end: taken.end, omitted: decoded.text.slice(text.length) };
}

/** The last lines, line ends as line feeds, as the official server gives them: after a last line feed comes one empty line. */
export async function readTail(file: LineFile, lines: number): Promise<Piece> {
  const { bytes, start } = await file.tail(lines, pageBytes);
  const decoded = decodePiece(file, bytes, start);
  const found = decoded.text.replaceAll("\r\n", "\n").split("\n");
  const note =
    start === 0 || found.length > lines
      ? undefined
      : `Showing the end of the last ${lines} lines, which are longer than a page. Call read_text_file with offset and limit for the rest.`;
  const skipped = found.length > lines ? `${found.slice(0, -lines).join("\n")}\n` : "";
  return { text: found.slice(-lines).join("\n"), notes: [encodingNote(decoded, start), note], start, end: file.size, skipped };
}
