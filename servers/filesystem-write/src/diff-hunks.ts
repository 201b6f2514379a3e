import { structuredPatch } from "diff";
import type { TextLines } from "./text-lines.ts";

/** Lines around each change, as in the official server. */
const context = 4;
/** Milliseconds for the shortest diff; two texts that have little in common get a plain one. */
const patience = 200;
/** Lines between what both texts share, of both together; a plain diff shows more of them. */
const mostLines = 20_000;

export interface Sides {
  readonly old: TextLines;
  readonly now: TextLines;
}

/** One stretch of lines that differ, with the lines around it. Line numbers count from 1. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Of each line its sign, or a remark that stands for none. */
  readonly signs: Iterable<string>;
  /** How many of them. */
  readonly length: number;
}

/** What differs between two texts. Time is linear in them: the shortest diff is looked for only in what is small. */
export function hunksOf({ old, now }: Sides): readonly Hunk[] {
  if (old.text === now.text) return [];
  const { before, behind } = sharedLines(old, now);
  const first = Math.max(0, before - context);
  const cut = (lines: TextLines): string => lines.text.slice(lines.start(first), lines.start(Math.min(lines.count, lines.count - behind + context)));
  if (old.count + now.count - 2 * (before + behind) > mostLines) return [plainHunk(old.count - behind - before, now.count - behind - before, before)];
  const patch = structuredPatch("", "", cut(old), cut(now), "", "", { context, timeout: patience });
  if (patch === undefined) return [plainHunk(old.count - behind - before, now.count - behind - before, before)];
  return patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    oldStart: oldStart + first,
    oldLines,
    newStart: newStart + first,
    newLines,
    signs: lines.map((line) => (line.startsWith("\\") ? line : line.slice(0, 1))),
    length: lines.length,
  }));
}

function plainHunk(removed: number, added: number, before: number): Hunk {
  return { oldStart: before + 1, oldLines: removed, newStart: before + 1, newLines: added, signs: signsOf(removed, added), length: removed + added };
}

function* signsOf(removed: number, added: number): Generator<string> {
  for (let line = 0; line < removed; line += 1) yield "-";
  for (let line = 0; line < added; line += 1) yield "+";
}

/** Whole lines, their line feeds among them, that both texts have at their start and at their end. */
function sharedLines(old: TextLines, now: TextLines): { readonly before: number; readonly behind: number } {
  const most = Math.min(old.text.length, now.text.length);
  let front = 0;
  while (front < most && old.text.charCodeAt(front) === now.text.charCodeAt(front)) front += 1;
  let back = 0;
  while (back < most - front && old.text.charCodeAt(old.text.length - 1 - back) === now.text.charCodeAt(now.text.length - 1 - back)) back += 1;
  const before = Math.min(old.numberAt(front), now.numberAt(front)) - 1;
  const behindIn = (lines: TextLines): number => lines.count - lines.countBefore(lines.text.length - back);
  return { before, behind: Math.min(behindIn(old), behindIn(now), old.count - before, now.count - before) };
}
