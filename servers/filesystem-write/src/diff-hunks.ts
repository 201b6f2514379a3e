import type { Kept } from "@postern/runtime";
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
  /** What is known to be the same, in order. */
  readonly kept: readonly Kept[];
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
export function hunksOf({ old, now, kept }: Sides): readonly Hunk[] {
  if (old.text === now.text) return [];
  const { before, behind } = sharedLines(old, now, kept);
  const first = Math.max(0, before - context);
  const [removed, added] = [old.count - behind - before, now.count - behind - before];
  // Where one line gives way to one, or lines only come or only go, there is nothing to look for.
  const simple = removed + added <= 2 || removed === 0 || added === 0;
  if (simple && old.text.endsWith("\n") && now.text.endsWith("\n")) return [plainHunk({ before, removed, added, behind })];
  const cut = (lines: TextLines): string => lines.text.slice(lines.start(first), lines.start(Math.min(lines.count, lines.count - behind + context)));
  const bare = { before, removed, added, behind: 0, around: 0 };
  if (removed + added > mostLines) return [plainHunk(bare)];
  const patch = structuredPatch("", "", cut(old), cut(now), "", "", { context, timeout: patience });
  if (patch === undefined) return [plainHunk(bare)];
  const hunks = patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => {
    const signs = lines.map((line) => (line.startsWith("\\") ? line : line.slice(0, 1)));
    return { oldStart: oldStart + first, oldLines, newStart: newStart + first, newLines, signs };
  });
  const last = hunks.length - 1;
  return hunks.map((hunk, index) => withContext(hunk, { before: index === 0 ? before : 0, old: index === last ? old.count : 0, now: now.count }));
}

interface SignedHunk extends Omit<Hunk, "signs" | "length"> {
  readonly signs: readonly string[];
}

/**
 * Among lines that repeat, a change may have come to stand at the edge of what was compared. The lines beyond are shared:
 * without them as context other programs take the edge for the start or the end of the file.
 */
function withContext({ oldStart, oldLines, newStart, newLines, signs }: SignedHunk, shared: { before: number; old: number; now: number }): Hunk {
  const over = signs.findIndex((sign) => sign !== " ");
  const under = signs.length - 1 - signs.findLastIndex((sign) => sign !== " ");
  const above = Math.max(0, Math.min(context - over, shared.before, oldStart - 1, newStart - 1));
  const below = Math.max(0, Math.min(context - under, shared.old - (oldStart - 1 + oldLines), shared.now - (newStart - 1 + newLines)));
  const more = above + below;
  return {
    oldStart: oldStart - above,
    oldLines: oldLines + more,
    newStart: newStart - above,
    newLines: newLines + more,
    signs: [...Array<string>(above).fill(" "), ...signs, ...Array<string>(below).fill(" ")],
    length: signs.length + more,
  };
}

interface Stretch {
  /** Lines that both texts have before it and behind it. */
  readonly before: number;
  readonly behind: number;
  readonly removed: number;
  readonly added: number;
  /** How many lines of those are shown. */
  readonly around?: number;
}

/** One hunk of lines that go and lines that come. */
function plainHunk({ before, removed, added, behind, around = context }: Stretch): Hunk {
  const [over, under] = [Math.min(around, before), Math.min(around, behind)];
  const start = before - over + 1;
  const shown = over + under;
  const signs = signsOf([" ", over], ["-", removed], ["+", added], [" ", under]);
  return { oldStart: start, oldLines: shown + removed, newStart: start, newLines: shown + added, signs, length: shown + removed + added };
}

function* signsOf(...runs: readonly (readonly [sign: string, times: number])[]): Generator<string> {
  for (const [sign, times] of runs) for (let line = 0; line < times; line += 1) yield sign;
}

/** Whole lines, their line feeds among them, that both texts have at their start and at their end. */
function sharedLines(old: TextLines, now: TextLines, kept: readonly Kept[]): { readonly before: number; readonly behind: number } {
  const most = Math.min(old.text.length, now.text.length);
  const [first, last] = [kept[0], kept.at(-1)];
  let front = first !== undefined && first.from === 0 && first.to === 0 ? first.length : 0;
  while (front < most && old.text.charCodeAt(front) === now.text.charCodeAt(front)) front += 1;
  const toEnds = last !== undefined && last.from + last.length === old.text.length && last.to + last.length === now.text.length;
  let back = toEnds ? Math.min(last.length, most - front) : 0;
  while (back < most - front && old.text.charCodeAt(old.text.length - 1 - back) === now.text.charCodeAt(now.text.length - 1 - back)) back += 1;
  const before = Math.min(old.numberAt(front), now.numberAt(front)) - 1;
  const behindIn = (lines: TextLines): number => lines.count - lines.countBefore(lines.text.length - back);
  return { before, behind: Math.min(behindIn(old), behindIn(now), old.count - before, now.count - before) };
}
