import { copying, type Part } from "@postern/runtime";
import { structuredPatch, type StructuredPatchHunk } from "diff";
import { toLineFeeds } from "./line-ends.ts";
import { TextLines } from "./text-lines.ts";

/** Lines around each change, as in the official server. */
const context = 4;
/** Milliseconds for the shortest diff; two texts that have little in common get a plain one. */
const patience = 200;

export interface DiffOptions {
  readonly path: string;
  /** Bytes of JSON that the diff may take. */
  readonly room: number;
}

/**
 * The difference of two texts as a fenced unified diff, in the official form. Guarantees that every line of it is a copy of a line of one of both texts
 * and known as such to the redactor; ends with a note where it would take more than its room.
 */
export function unifiedDiff(oldText: string, newText: string, { path, room }: DiffOptions): { readonly type: "text"; readonly text: string } {
  const texts = [toLineFeeds(oldText), toLineFeeds(newText)] as const;
  const shown = JSON.stringify(path).slice(1, -1).replaceAll("\\\\", "\\");
  const head = `Index: ${shown}\n${"=".repeat(67)}\n--- ${shown}\toriginal\n+++ ${shown}\tmodified\n`;
  const sides = { old: new TextLines(texts[0]), now: new TextLines(texts[1]) };
  const body: Part[] = [];
  let left = room - head.length * 2;
  let dropped = 0;
  for (const hunk of hunksOf(texts[0], texts[1], sides)) {
    const parts = hunkParts(hunk, sides);
    left -= parts.reduce((sum, part) => sum + jsonBytes(part, texts), 0);
    if (left < 0 && body.length > 0) dropped += 1;
    else body.push(...parts);
  }
  const fence = "`".repeat(Math.max(3, longestFence(texts, body) + 1));
  const note = dropped === 0 ? "" : `[${dropped} more ${dropped === 1 ? "hunk is" : "hunks are"} left out: the diff is longer than an answer holds.]\n`;
  return copying(texts, [`${fence}diff\n${head}`, ...body, `${fence}\n\n${note}`]);
}

interface Sides {
  readonly old: TextLines;
  readonly now: TextLines;
}

function hunksOf(oldText: string, newText: string, sides: Sides): readonly StructuredPatchHunk[] {
  if (oldText === newText) return [];
  const patch = structuredPatch("", "", oldText, newText, "", "", { context, timeout: patience });
  return patch?.hunks ?? [plainHunk(sides)];
}

/** All that lies between what both texts share at their start and at their end. */
function plainHunk({ old, now }: Sides): StructuredPatchHunk {
  let start = 0;
  while (start < old.count && start < now.count && old.line(start) === now.line(start)) start += 1;
  let shared = 0;
  while (shared < Math.min(old.count, now.count) - start && old.line(old.count - 1 - shared) === now.line(now.count - 1 - shared)) shared += 1;
  const removed = Array.from({ length: old.count - shared - start }, (_, index) => `-${old.line(start + index)}`);
  const added = Array.from({ length: now.count - shared - start }, (_, index) => `+${now.line(start + index)}`);
  return { oldStart: start + 1, oldLines: removed.length, newStart: start + 1, newLines: added.length, lines: [...removed, ...added] };
}

/** Each line of the hunk as a copy of the line that it stands for. */
function hunkParts({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk, { old, now }: Sides): readonly Part[] {
  // Of an empty side the number of the line before is told.
  const from = `-${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines}`;
  const to = `+${newLines === 0 ? newStart - 1 : newStart},${newLines}`;
  const parts: Part[] = [`@@ ${from} ${to} @@\n`];
  let [oldLine, newLine] = [oldStart - 1, newStart - 1];
  for (const line of lines) {
    const sign = line[0] ?? " ";
    if (sign === "\\") {
      parts.push(`${line}\n`);
      continue;
    }
    const [whole, side, at] = sign === "+" ? [1, now, newLine] : [0, old, oldLine];
    parts.push(sign, { whole, at: side.start(at), length: side.end(at) - side.start(at) }, "\n");
    if (sign !== "+") oldLine += 1;
    if (sign !== "-") newLine += 1;
  }
  return parts;
}

function jsonBytes(part: Part, texts: readonly string[]): number {
  const text = typeof part === "string" ? part : (texts[part.whole] ?? "").slice(part.at, part.at + part.length);
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** A fence must be longer than any that the lines hold. */
function longestFence(texts: readonly string[], parts: readonly Part[]): number {
  let longest = 0;
  for (const part of parts) {
    if (typeof part === "string") continue;
    const text = (texts[part.whole] ?? "").slice(part.at, part.at + part.length);
    for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run.length);
  }
  return longest;
}
