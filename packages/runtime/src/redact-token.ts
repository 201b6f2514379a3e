import { type Alphabet, alphabets, type TokenPattern } from "./redact-patterns.ts";
import type { Span } from "./redact-span.ts";

/** Where runs of one alphabet end, remembered: however many prefixes lie in one run, its end is looked for once. */
export interface Runs {
  end(alphabet: Alphabet, from: number): number;
}

export function runsOf(text: string): Runs {
  const known = new Map<Alphabet, { from: number; end: number }>();
  return {
    end(alphabet, from) {
      const last = known.get(alphabet);
      if (last !== undefined && from >= last.from && from < last.end) return last.end;
      const pattern = alphabets[alphabet];
      pattern.lastIndex = from;
      pattern.test(text);
      const end = Math.max(pattern.lastIndex, from);
      known.set(alphabet, { from, end });
      return end;
    },
  };
}

/** The token that begins with `prefix` at `at`, if what follows can be one. */
export function tokenAt(text: string, at: number, prefix: string, pattern: TokenPattern, runs: Runs): Span | undefined {
  if (pattern.atWordStart === true && !startsWord(text, at)) return undefined;
  const body = at + prefix.length;
  // Punctuation that ends a sentence belongs to the alphabet of some tokens and to no token.
  let end = runs.end(pattern.body, body);
  while (end > body && ".-".includes(text.charAt(end - 1))) end -= 1;
  const length = end - body;
  if (length < pattern.shortest || length > (pattern.longest ?? length)) return undefined;
  if (pattern.fillersToo !== true && !varied(text, body, Math.min(end, body + 64))) return undefined;
  return { start: pattern.keepPrefix === true ? body : at, end, kind: pattern.kind };
}

/** A prefix that follows an escape (`\nAKIA…` inside JSON or source text) starts a word although a letter precedes it. */
function startsWord(text: string, at: number): boolean {
  if (at === 0 || !/[A-Za-z0-9]/.test(text.charAt(at - 1))) return true;
  return at > 1 && text.charAt(at - 2) === "\\" && /[nrt]/.test(text.charAt(at - 1));
}

const fewestDistinct = 7;

/** False for the fillers of examples: `xxxxxxxx`, `00000000`, `…EXAMPLE…`. */
function varied(text: string, from: number, to: number): boolean {
  const seen: number[] = [];
  for (let at = from; at < to && seen.length < fewestDistinct; at += 1) {
    const code = text.charCodeAt(at);
    if (!seen.includes(code)) seen.push(code);
  }
  return seen.length === fewestDistinct && !/EXAMPLE|x{6}|X{6}/.test(text.slice(from, to));
}
