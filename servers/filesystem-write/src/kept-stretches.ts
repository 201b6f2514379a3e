import type { Kept } from "@postern/runtime";

/** What is replaced, in the text that an edit began with. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What is left of the original after one more edit: each stretch moves along, or is cut where something was replaced. */
export function keptAfter(kept: readonly Kept[], replacements: readonly Replacement[]): readonly Kept[] {
  const left: Kept[] = [];
  let next = 0;
  /** By how much the edits before a position moved it. */
  let shift = 0;
  for (const { from, to, length } of kept) {
    let at = to;
    const end = to + length;
    while (at < end) {
      const replaced = replacements[next];
      if (replaced === undefined || replaced.start >= end) {
        left.push({ from: from + at - to, to: at + shift, length: end - at });
        break;
      }
      if (replaced.start > at) left.push({ from: from + at - to, to: at + shift, length: replaced.start - at });
      if (replaced.end > end) {
        at = end;
        break;
      }
      at = Math.max(at, replaced.end);
      shift += replaced.replacement.length - (replaced.end - replaced.start);
      next += 1;
    }
  }
  return left;
}
