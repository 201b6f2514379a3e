import type { RedactedText, Redactor } from "./redacted-text.ts";
import type { Excerpt, Surroundings } from "./redact-surroundings.ts";

/**
 * Redacts each excerpt of a text together with what it was cut from, and what lies between the excerpts by itself.
 * Guarantees that no two of these stretches are read as one: what they would spell together stands in no file.
 */
export async function redactExcerpts(text: string, excerpts: readonly Excerpt[], linePrefix: RegExp | undefined, redact: Redactor): Promise<RedactedText> {
  const parts: string[] = [];
  const counts = new Map<string, number>();
  const take = async (start: number, end: number, surroundings: Surroundings): Promise<void> => {
    if (start === end) return;
    const answer = redact(text.slice(start, end), surroundings);
    const redacted = answer instanceof Promise ? await answer : answer;
    parts.push(redacted.text);
    for (const { kind, count } of redacted.found) counts.set(kind, (counts.get(kind) ?? 0) + count);
  };

  const between = linePrefix === undefined ? {} : { linePrefix };
  let from = 0;
  for (const { start, end, ...neighborhood } of excerpts) {
    // one after the other: the parts stand in the order of the text.
    await take(from, start, between);
    await take(start, end, neighborhood);
    from = end;
  }
  await take(from, text.length, between);
  return { text: parts.join(""), found: Array.from(counts, ([kind, count]) => ({ kind, count })) };
}
