/** A stretch of text to mask. `end` is the position after its last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** Sorts spans and joins those that overlap; a joined span keeps the kind of the one that begins first, longest first. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
  }
  return merged;
}
