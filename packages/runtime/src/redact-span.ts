/** A stretch of text to mask. `end` is the position after its last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** What is known only by the name in front of it; any other kind says more. */
export const generic = "assigned-secret";

/** Sorts spans and joins those that overlap; a joined span keeps the kind of the first one that is not `generic`. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end), kind: last.kind === generic ? span.kind : last.kind };
  }
  return merged;
}
