import { findSequence, findText } from "./find-sequence.ts";
import { reindenting } from "./indentation.ts";
import { TextLines } from "./text-lines.ts";

/** One place where an edit applies, and what is to stand there. Positions count in the text with line feeds only. */
export interface EditMatch {
  /** Where the text stands. What is replaced may begin later: it leaves out what stays the same. */
  readonly place: number;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export interface EditMatches {
  readonly matches: readonly EditMatch[];
  /** Further places overlap with these: it is not certain which are meant. */
  readonly overlapping: boolean;
  /** There are more places than one call may replace, or more would stand there than it may write. */
  readonly cut: boolean;
  /** Only apart from white space around the lines. */
  readonly tolerant: boolean;
}

/** Places that one edit may have. */
const mostPlaces = 100_000;
/** Characters that all replacements of one edit may take together. */
const mostReplacing = 16 * 1024 * 1024;
/** Lines of a file in which places apart from white space are looked for. */
const mostLines = 200_000;

const none: EditMatches = { matches: [], overlapping: false, cut: false, tolerant: true };

/** All places of one edit: where its text stands exactly, else where it stands apart from white space around its lines. */
export async function matchEdit(text: string, oldText: string, newText: string): Promise<EditMatches> {
  const { at, overlapping, cut } = await findText(oldText, text, mostPlaces);
  if (at.length === 0) return tolerantMatches(new TextLines(text), oldText, newText);
  const matches = at.map((start) => narrowed(text, { place: start, start, end: start + oldText.length, replacement: newText }));
  return { matches, overlapping, cut: cut || at.length * newText.length > mostReplacing, tolerant: false };
}

function tolerantMatches(file: TextLines, oldText: string, newText: string): EditMatches {
  if (file.count > mostLines) return none;
  const sought = new TextLines(oldText).all();
  // White space alone would match every blank line.
  if (sought.every((line) => line.trim() === "")) return none;
  const around = file.all();
  const numbers = new Map<string, number>();
  const { at, overlapping, cut } = findSequence(numbered(sought, numbers), numbered(around, numbers), mostPlaces);
  // A line feed at the end of the searched text is part of what is replaced, where the file has one there.
  const whole = oldText.endsWith("\n");
  const replacing = whole ? new TextLines(newText).all() : newText.split("\n");
  const moved = reindenting({ sought, replacing, around });
  const matches: EditMatch[] = [];
  let left = mostReplacing;
  for (const first of at) {
    const behind = first + sought.length;
    const lines = moved(around.slice(first, behind));
    left -= lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (left < 0) return { matches, overlapping, cut: true, tolerant: true };
    const end = whole ? file.start(behind) : file.end(behind - 1);
    const broken = whole && lines.length > 0 && newText.endsWith("\n") && file.text[end - 1] === "\n";
    matches.push(narrowed(file.text, { place: file.start(first), start: file.start(first), end, replacement: `${lines.join("\n")}${broken ? "\n" : ""}` }));
  }
  return { matches, overlapping, cut, tolerant: true };
}

/** Without what stays the same at its start and end: those bytes are not touched, their line ends among them. */
function narrowed(text: string, { place, start, end, replacement }: EditMatch): EditMatch {
  const most = Math.min(end - start, replacement.length);
  let front = 0;
  while (front < most && text.charCodeAt(start + front) === replacement.charCodeAt(front)) front += 1;
  let behind = 0;
  while (behind < most - front && text.charCodeAt(end - 1 - behind) === replacement.charCodeAt(replacement.length - 1 - behind)) behind += 1;
  return { place, start: start + front, end: end - behind, replacement: replacement.slice(front, replacement.length - behind) };
}

/** A number for each different line, white space around it aside. */
function numbered(lines: readonly string[], numbers: Map<string, number>): Int32Array {
  return Int32Array.from(lines, (line) => {
    const key = line.trim();
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  });
}
