import { findSequence, unitsOf } from "./find-sequence.ts";
import { reindent } from "./indentation.ts";
import { TextLines } from "./text-lines.ts";

/** One place where an edit applies, and what is to stand there. Positions count in the text with line feeds only. */
export interface EditMatch {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** All places of one edit: where its text stands exactly, else where it stands apart from white space around its lines. */
export function matchEdit(text: string, oldText: string, newText: string): readonly EditMatch[] {
  const exact = findSequence(unitsOf(oldText), unitsOf(text));
  if (exact.length > 0) return exact.map((start) => ({ start, end: start + oldText.length, replacement: newText }));
  return tolerantMatches(new TextLines(text), oldText, newText);
}

function tolerantMatches(file: TextLines, oldText: string, newText: string): readonly EditMatch[] {
  const sought = new TextLines(oldText).all();
  // White space alone would match every blank line.
  if (sought.every((line) => line.trim() === "")) return [];
  const around = file.all();
  const numbers = new Map<string, number>();
  const places = findSequence(numbered(sought, numbers), numbered(around, numbers));
  if (places.length === 0) return [];
  // A line feed at the end of the searched text is part of what is replaced, where the file has one there.
  const whole = oldText.endsWith("\n");
  const replacing = whole ? new TextLines(newText).all() : newText.split("\n");
  return places.map((first) => {
    const behind = first + sought.length;
    const lines = reindent(replacing, { file: around.slice(first, behind), sought, around });
    const end = whole ? file.start(behind) : file.end(behind - 1);
    const broken = whole && lines.length > 0 && newText.endsWith("\n") && file.text[end - 1] === "\n";
    return { start: file.start(first), end, replacement: `${lines.join("\n")}${broken ? "\n" : ""}` };
  });
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
