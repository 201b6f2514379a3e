import { maskFor } from "@postern/policy";
import { carriedOver, overlapping } from "./redact-copies.ts";
import type { RedactedText } from "./redacted-text.ts";
import { mergeSpans, type Span } from "./redact-span.ts";
import type { Surroundings } from "./redact-surroundings.ts";
import { visible } from "./visible-text.ts";

type Find = (whole: string) => readonly Span[] | Promise<readonly Span[]>;

/**
 * Masks what stood at a target before the call, in a text for the human who decides about it. Guarantees that no mask hides what the
 * call brings: of text that was copied from a second whole, only what stood in a secret of the first one and was left in its place
 * is masked, whatever it looks like now; of what the tool wrote between the copies, such as names, nothing. No mask goes over the end
 * of a line, each says how many characters it hides, and nothing else looks like one.
 */
export async function redactQuestion(text: string, surroundings: Surroundings, find: Find): Promise<RedactedText> {
  const spans = linesOf(text, await spansIn(text, surroundings, find));
  const counts = new Map<string, number>();
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, kind } of spans) {
    const length = Array.from(text.slice(start, end)).length;
    const mask = `${maskFor(kind).slice(0, -1)}, ${length} character${length === 1 ? "" : "s"}]`;
    parts.push(visible(text.slice(from, start)), mask);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    from = end;
  }
  parts.push(visible(text.slice(from)));
  return { text: parts.join(""), found: Array.from(counts, ([kind, count]) => ({ kind, count })) };
}

async function spansIn(text: string, { wholes, excerpts, before = "", after = "" }: Surroundings, find: Find): Promise<readonly Span[]> {
  if (wholes !== undefined) return await spansOfCopies(wholes, find);
  if (excerpts === undefined) return within(await find(`${before}${text}${after}`), before.length, 0, text.length);
  const spans: Span[] = [];
  for (const { start, end, before: ahead = "", after: behind = "" } of excerpts)
    spans.push(...within(await find(`${ahead}${text.slice(start, end)}${behind}`), ahead.length, start, end));
  return spans;
}

async function spansOfCopies({ texts, copies, kept }: NonNullable<Surroundings["wholes"]>, find: Find): Promise<readonly Span[]> {
  const [old = "", ...others] = texts;
  const first = await find(old);
  const found: (readonly Span[])[] = [first];
  // Without an account of what was left, nothing is known to be new.
  for (const other of others) found.push(kept === undefined ? await find(other) : mergeSpans([...carriedOver(first, kept)]));
  return copies.flatMap(({ start, end, whole, at }) =>
    [...overlapping(found[whole] ?? [], at, at + end - start)].map((span) => ({
      start: start + Math.max(0, span.start - at),
      end: Math.min(end, start + span.end - at),
      kind: span.kind,
    })),
  );
}

/** The spans of a longer text as they stand in a stretch of this one, which begins `offset` characters into the longer one. */
function within(spans: readonly Span[], offset: number, start: number, end: number): readonly Span[] {
  return spans
    .map((span) => ({ start: Math.max(start, span.start - offset + start), end: Math.min(end, span.end - offset + start), kind: span.kind }))
    .filter((span) => span.start < span.end);
}

/** Each span cut at the ends of lines, which are shown. */
function linesOf(text: string, spans: readonly Span[]): readonly Span[] {
  return spans.flatMap(({ start, end, kind }) => {
    const pieces: Span[] = [];
    for (let at = start; at < end; ) {
      const feed = text.indexOf("\n", at);
      const stop = feed === -1 || feed > end ? end : feed;
      if (stop > at) pieces.push({ start: at, end: stop, kind });
      at = stop + 1;
    }
    return pieces;
  });
}
