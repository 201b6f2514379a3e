import { copying, type Kept, type Part } from "@postern/runtime";
import { type Hunk, hunksOf, type Sides } from "./diff-hunks.ts";
import { toLineFeeds } from "./line-ends.ts";
import { TextLines } from "./text-lines.ts";

export interface DiffOptions {
  readonly path: string;
  /** Bytes of JSON that the diff may take. */
  readonly room: number;
}

export interface DiffOf {
  readonly oldText: string;
  readonly newText: string;
  readonly kept: readonly Kept[];
}

export type Diff = ReturnType<typeof copying>;

/**
 * The difference of two texts as a fenced unified diff, in the official form. Guarantees that every line of it is a copy
 * of a line of one of both texts and known as such to the redactor; ends with a note where it would take more than its room.
 */
export function unifiedDiff({ oldText, newText, kept }: DiffOf, { path, room }: DiffOptions): Diff {
  const sides = { old: new TextLines(toLineFeeds(oldText)), now: new TextLines(toLineFeeds(newText)), kept };
  const texts = [sides.old.text, sides.now.text];
  const shown = JSON.stringify(path).slice(1, -1).replaceAll("\\\\", "\\");
  const head = `Index: ${shown}\n${"=".repeat(67)}\n--- ${shown}\toriginal\n+++ ${shown}\tmodified\n`;
  const { parts, longestFence, missing } = body(sides, room - head.length * 2);
  const fence = "`".repeat(Math.max(3, longestFence + 1));
  const note = missing === 0 ? "" : `[${missing} more ${missing === 1 ? "line is" : "lines are"} left out: the diff is longer than an answer holds.]\n`;
  return copying(texts, [`${fence}diff\n${head}`, ...parts, `${fence}\n\n${note}`], kept);
}

interface Body {
  readonly parts: readonly Part[];
  /** Of a run of backticks in it: a fence must be longer. */
  readonly longestFence: number;
  /** Lines that found no room. */
  readonly missing: number;
}

function body(sides: Sides, room: number): Body {
  const parts: Part[] = [];
  let longestFence = 0;
  let missing = 0;
  let left = room;
  for (const hunk of hunksOf(sides)) {
    if (left <= 0) {
      missing += hunk.length;
      continue;
    }
    const header = headerOf(hunk);
    left -= header.length;
    parts.push(header);
    let shown = 0;
    for (const { sign, whole, line } of linesOf(hunk)) {
      const side = whole === 0 ? sides.old : sides.now;
      const text = line === undefined ? sign : side.line(line);
      left -= Buffer.byteLength(JSON.stringify(text)) + 1;
      if (left <= 0) break;
      shown += 1;
      if (line === undefined) parts.push(`${sign}\n`);
      else parts.push(sign, { whole, at: side.start(line), length: text.length }, "\n");
      if (text.includes("```")) for (const [run] of text.matchAll(/`{3,}/g)) longestFence = Math.max(longestFence, run.length);
    }
    missing += hunk.length - shown;
  }
  return { parts, longestFence, missing };
}

function headerOf({ oldStart, oldLines, newStart, newLines }: Hunk): string {
  // Of an empty side the number of the line before is told.
  return `@@ -${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines} +${newLines === 0 ? newStart - 1 : newStart},${newLines} @@\n`;
}

/**
 * Each line of a hunk as the line of a text that it stands for; a remark stands for none. What stands in both texts is the new one's:
 * only there it is known what an edit wrote and what it left.
 */
function* linesOf({ oldStart, newStart, signs }: Hunk): Generator<{ readonly sign: string; readonly whole: 0 | 1; readonly line?: number }> {
  let [oldLine, newLine] = [oldStart - 1, newStart - 1];
  for (const sign of signs) {
    if (sign.length > 1) yield { sign, whole: 0 };
    else yield sign === "-" ? { sign, whole: 0, line: oldLine } : { sign, whole: 1, line: newLine };
    if (sign === "-" || sign === " ") oldLine += 1;
    if (sign === "+" || sign === " ") newLine += 1;
  }
}
