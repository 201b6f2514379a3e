import { type DecodedText, decodeText } from "@postern/paths";
import { Failure } from "@postern/policy";
import { type Quoted, quoting, type ToolResult } from "@postern/runtime";
import type { LineFile } from "./line-file.ts";
import { mediaType } from "./media-type.ts";
import { withNotes } from "./note.ts";

/** What the redactor sees on both sides of a page: a private key that reaches into the page begins within this. */
const lookBehind = 32 * 1024;
const lookAhead = 8 * 1024;
/** And within this where all of that reads like the body of one. */
const lookFarBehind = 1024 * 1024;
const onlyBody = /^[A-Za-z0-9+/=\s\\]*$/;

/** A stretch of a file as text, and what has to be said about it. */
export interface Piece {
  readonly text: string;
  readonly notes: readonly (string | undefined)[];
  /** Positions in the file that the text was taken from, in bytes. */
  readonly start: number;
  readonly end: number;
  /** Text from `start` on that is left out in front. */
  readonly skipped?: string;
  /** Text up to `end` that is left out behind. */
  readonly omitted?: string;
}

/** Refuses what is not text, with what it is instead of a page of garbage. */
export function requireText(file: LineFile, name: string): void {
  if (file.text) return;
  throw new Failure("fs.encoding", `${name} is not text (${mediaType(name)}, ${file.size} bytes). read_media_file returns it as it is.`);
}

/** Decodes part of a file. The byte order mark goes in front again, so that every page is read like the first. */
export function decodePiece(file: LineFile, bytes: Buffer, start: number): DecodedText {
  return decodeText(start === 0 ? bytes : Buffer.concat([file.unit.mark, bytes]));
}

export function encodingNote({ encoding, lossy, bom }: DecodedText, start = 0): string | undefined {
  if (lossy) return `Decoded as ${shownEncoding[encoding]}; some bytes are not valid in it and stand here as U+FFFD.`;
  if (encoding === "latin1") return "Not valid UTF-8; decoded as Latin-1, which is a guess.";
  if (encoding !== "utf-8") return `Decoded from ${shownEncoding[encoding]}.`;
  return bom && start === 0 ? "UTF-8 with a byte order mark, which is left out here." : undefined;
}

const shownEncoding = { "utf-8": "UTF-8", "utf-16le": "UTF-16 little-endian", "utf-16be": "UTF-16 big-endian", latin1: "Latin-1" } as const;

/** The answer. Where the text is only a part of the file, the redactor is told what stands around it. */
export async function answerOf(file: LineFile, piece: Piece): Promise<ToolResult> {
  return { content: [notedBlock([await quoted(file, piece)], piece.notes)] };
}

/** Text of a file with what stands around it there; the bare text where that is nothing. */
export async function quoted(file: LineFile, { text, start, end, skipped = "", omitted = "" }: Piece): Promise<string | Quoted> {
  if (start === 0 && end >= file.size && skipped === "") return text;
  const near = `${await textBefore(file, start, lookBehind)}${skipped}`.slice(-lookBehind);
  const before = start > lookBehind && onlyBody.test(near) ? `${await textBefore(file, start, lookFarBehind)}${skipped}` : near;
  const after = decodePiece(file, await file.read(end, Math.max(0, Math.min(lookAhead, file.size - end))), end).text;
  return { text, before, after: `${omitted}${after}` };
}

async function textBefore(file: LineFile, start: number, length: number): Promise<string> {
  const from = Math.max(0, start - length);
  const aligned = from - (from % file.unit.width);
  return decodePiece(file, await file.read(aligned, start - aligned), aligned).text;
}

/** Parts and then notes. A note is no part of what it stands behind: to the redactor the rest of the file does. */
export function notedBlock(parts: readonly (string | Quoted)[], notes: readonly (string | undefined)[], linePrefix?: RegExp): ReturnType<typeof quoting> {
  return quoting([...parts, notesBehind(parts, notes)], linePrefix);
}

export function notesBehind(parts: readonly (string | Quoted)[], notes: readonly (string | undefined)[]): string {
  const text = parts.map((part) => (typeof part === "string" ? part : part.text)).join("");
  return withNotes(text, notes).slice(text.length);
}
