/** A pattern of a card, and an upper bound on the steps that it takes on a text of some length. */
export interface Pattern {
  readonly matches: RegExp;
  steps(length: number): number;
}

/**
 * Reads a pattern that can be held to a time. Returns one sentence where it is none. The engine backtracks, so a repeated
 * group could take a time that doubles with each character. Without one, the time is bounded by the product of the ways in
 * which each part can match, times the characters that each way has to take at least. A step is about 10 ns.
 *
 * Source: Davis et al., The Impact of Regular Expression Denial of Service in Practice (2018).
 */
export function readPattern(pattern: string): Pattern | string {
  let matches: RegExp;
  try {
    matches = new RegExp(pattern, "u");
  } catch {
    return "is no pattern";
  }
  if (/\\[1-9k]/.test(pattern.replaceAll("\\\\", ""))) return "refers back to a group, which cannot be held to a time";
  // What is escaped, and what a class holds, is one character to the rest.
  const plain = pattern.replaceAll(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\./g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  if (/\(\?<?[=!]/.test(plain)) return "looks ahead or behind, which cannot be held to a time";
  if (/\)(?:[*+]|\{)/.test(plain)) return "repeats a group, which cannot be held to a time; repeat characters and classes";
  const parts = plain.replaceAll(/\(\?(?::|<[^>]*>)/g, "(");
  const anchored = isAnchored(plain);
  const quantifiers = [...parts.matchAll(repetition)];
  const least = leastLength(parts);
  return {
    matches,
    // Without an anchor each place of the text is a start.
    steps: (length) => quantifiers.reduce((steps, found) => steps * waysOf(found, length), Math.max(1, Math.min(least, length)) * (anchored ? 1 : length + 1)),
  };
}

const repetition = /[*+?]\??|\{(\d+)(,(\d*))?\}\??|\|/g;

/** Not so with an anchor before the first of several alternatives only. */
function isAnchored(plain: string): boolean {
  let outer = plain;
  while (/\([^()]*\)/.test(outer)) outer = outer.replaceAll(/\([^()]*\)/g, "x");
  return outer.startsWith("^") && !outer.includes("|");
}

function waysOf([quantifier, from, , to]: RegExpExecArray, length: number): number {
  if (quantifier.startsWith("*") || quantifier.startsWith("+")) return length + 1;
  if (from === undefined) return 2;
  if (to === undefined) return 1;
  return (to === "" ? length : Math.min(Number(to), length)) - Math.min(Number(from), length) + 1;
}

/** Characters that one way takes at least, were all alternatives of it; the one of a `+` is counted by its ways. */
function leastLength(parts: string): number {
  let least = 0;
  for (const [, from, none] of parts.matchAll(/[^*+?{}|()^$](?:\{(\d+)(?:,\d*)?\}|([*+?]))?/gs)) least += none !== undefined ? 0 : Number(from ?? 1);
  return least;
}
