import { setImmediate } from "node:timers/promises";
import { maskFor } from "@postern/policy";
import type { RedactedText, Redactor } from "./redacted-text.ts";
import { mergeSpans, type Span } from "./redact-span.ts";
import type { Kept, Surroundings } from "./redact-surroundings.ts";

type Wholes = NonNullable<Surroundings["wholes"]>;

/** Characters of a whole, or copies, after which others get a turn. */
const long = 512 * 1024;
const many = 4_096;
/** Shorter stretches between copies (the signs before a diff's lines) can hold no secret. */
const shortest = 8;

/**
 * Masks in each copied stretch what is a secret in the whole that it was copied from. Guarantees that a line shows no
 * more of a secret than the whole text would, whatever lines stand around it here. What lies between is redacted by itself.
 */
export async function redactCopies(
  text: string,
  { texts, copies, kept }: Wholes,
  find: { readonly spansOf: (whole: string) => readonly Span[] | Promise<readonly Span[]>; readonly redact: Redactor },
): Promise<RedactedText> {
  const spans: (readonly Span[])[] = [];
  for (const whole of texts) {
    spans.push(await find.spansOf(whole));
    if (whole.length > long) await setImmediate();
  }
  if (kept !== undefined) spans[1] = mergeSpans([...(spans[1] ?? []), ...carriedOver(spans[0] ?? [], kept)]);
  const parts: string[] = [];
  const counts = new Map<string, number>();
  const add = (kind: string, times = 1): void => void counts.set(kind, (counts.get(kind) ?? 0) + times);

  const between = async (own: string): Promise<void> => {
    const redacted = await find.redact(own);
    parts.push(redacted.text);
    for (const { kind, count: times } of redacted.found) add(kind, times);
  };

  let from = 0;
  for (const [place, { start, end, whole, at }] of copies.entries()) {
    if (place % many === many - 1) await setImmediate();
    if (start - from < shortest) parts.push(text.slice(from, start));
    else await between(text.slice(from, start));
    let shown = start;
    for (const span of start === end ? [] : overlapping(spans[whole] ?? [], at, at + end - start)) {
      const first = start + Math.max(0, span.start - at);
      parts.push(text.slice(shown, first), maskFor(span.kind));
      add(span.kind);
      shown = Math.min(end, start + span.end - at);
    }
    parts.push(text.slice(shown, end));
    from = end;
  }
  await between(text.slice(from));
  return { text: parts.join(""), found: Array.from(counts, ([kind, count]) => ({ kind, count })) };
}

/** What is left of spans in a text that an edit made of theirs. */
export function* carriedOver(spans: readonly Span[], kept: readonly Kept[]): Generator<Span> {
  for (const { from, to, length } of kept) {
    for (const { start, end, kind } of overlapping(spans, from, from + length)) {
      yield { start: to + Math.max(0, start - from), end: to + Math.min(length, end - from), kind };
    }
  }
}

/** The spans that share at least one character with a stretch. They come in order, so the first one is looked up. */
export function* overlapping(spans: readonly Span[], from: number, to: number): Generator<Span> {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).end <= from) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < spans.length && (spans[at] as Span).start < to; at += 1) yield spans[at] as Span;
}
