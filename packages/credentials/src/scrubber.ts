import { maskFor } from "@postern/policy";
import { fold } from "./fold.ts";
import { joinLines, type Joined } from "./join-lines.ts";
import { type Form, secretForms } from "./secret-forms.ts";
import type { Folded } from "./substitute.ts";

/**
 * Takes known secrets out of whatever leaves the process: as they are, percent-encoded, escaped as JSON, HTML or Markdown
 * do it, also one in the other, in base64 and base64url of any text around them, in hexadecimal digits, and all that with
 * line ends between. Time linear in the text.
 *
 * Holes: a secret that another program turned in any other way (in capitals, backwards, compressed, cut into pieces by
 * anything but line ends and the spaces behind them, all of it in quoted-printable) passes. Who can do that has the secret
 * already.
 */
export interface Scrubber {
  /** From now on the value is a secret, and the bytes of the key that it stands for. Of one owner the last 16 are known. */
  know(owner: string, value: string, key?: Buffer): void;
  text(text: string): { readonly text: string; readonly count: number };
  /** The same of every string of a plain JSON value, keys too. What holds no secret comes back as it is. */
  value<Value>(value: Value): Value;
}

const mask = maskFor("lane");
/** Taken out everywhere, shorter ones would take words out. */
const shortest = 6;
const mostOfOwner = 16;

interface Span {
  start: number;
  end: number;
}

export function createScrubber(): Scrubber {
  const owners = new Map<string, Map<string, readonly Form[]>>();
  let forms: readonly Form[] = [];

  function scrub(text: string): { readonly text: string; readonly count: number } {
    if (forms.length === 0 || text.length < shortest) return { text, count: 0 };
    const joined = joinLines(text);
    const cut = joined === undefined ? [] : fold(joined.text, joined.startOf).flatMap((level) => cutSpansIn(level, joined, forms));
    const spans = merged([...fold(text).flatMap((level) => spansIn(level, forms)), ...cut]);
    if (spans.length === 0) return { text, count: 0 };
    const parts: string[] = [];
    let from = 0;
    for (const { start, end } of spans) {
      parts.push(text.slice(from, start), mask);
      from = end;
    }
    return { text: parts.join("") + text.slice(from), count: spans.length };
  }

  function walk(value: unknown): unknown {
    if (typeof value === "string") return scrub(value).text;
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      const list = value.map(walk);
      return list.some((each, index) => each !== value[index]) ? list : value;
    }
    const entries = Object.entries(value);
    const walked = entries.map(([key, each]) => [scrub(key).text, walk(each)] as const);
    return walked.some(([key, each], index) => key !== entries[index]?.[0] || each !== entries[index]?.[1]) ? Object.fromEntries(walked) : value;
  }

  return {
    know(owner, value, key) {
      if (value.length < shortest) return;
      const known = owners.get(owner) ?? new Map<string, readonly Form[]>();
      owners.set(owner, known);
      if (known.has(value) && key === undefined) return;
      known.set(value, secretForms(value, key));
      const [oldest] = known.keys();
      if (known.size > mostOfOwner && oldest !== undefined) known.delete(oldest);
      forms = [...owners.values()].flatMap((each) => [...each.values()].flat());
    },
    text: scrub,
    value: <Value>(value: Value) => walk(value) as Value,
  };
}

/** Where any of the forms stands, as positions in the original. */
function spansIn({ text, startOf }: Folded, forms: readonly Form[]): readonly Span[] {
  return [...placesIn(text, forms)].map(({ whole }) => ({ start: startOf(whole.start), end: startOf(whole.end) }));
}

/** The same of those that are cut by the end of a line: the others are found without. What stands on other lines stays. */
function cutSpansIn({ text, startOf }: Folded, { cutWithin }: Joined, forms: readonly Form[]): readonly Span[] {
  return [...placesIn(text, forms)].flatMap(({ bare, whole }) => {
    const [start, end, from, to] = [startOf(bare.start), startOf(bare.end), startOf(whole.start), startOf(whole.end)];
    if (!cutWithin(start + 1, end)) return [];
    return [{ start: from < start && cutWithin(from, start + 1) ? start : from, end: cutWithin(end, to) ? end : to }];
  });
}

/** Each place of a form, without and with the letters that share bits with it. */
function* placesIn(text: string, forms: readonly Form[]): Generator<{ readonly bare: Span; readonly whole: Span }> {
  for (const form of forms) {
    for (let at = text.indexOf(form.text); at !== -1; at = text.indexOf(form.text, at + form.text.length)) {
      const bare = { start: form.tail ? Math.max(0, at - 1) : at, end: at + form.text.length };
      yield { bare, whole: form.base64 ? withNeighbors(text, bare) : bare };
    }
  }
}

/** In order and without overlaps. */
function merged(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start)) {
    const last = all.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else all.push({ ...span });
  }
  return all;
}

/** Two letters before and behind, and the padding: they share bits with the secret's first and last byte. */
function withNeighbors(text: string, { start, end }: Span): Span {
  const before = /[A-Za-z0-9+/_-]{0,2}$/.exec(text.slice(Math.max(0, start - 2), start))?.[0].length ?? 0;
  const after = /^[A-Za-z0-9+/_-]{0,2}={0,2}/.exec(text.slice(end, end + 4))?.[0].length ?? 0;
  return { start: start - before, end: end + after };
}
