/**
 * Characters that nobody sees and a model reads, from and to: what controls a terminal, soft hyphens, fillers, zero-width
 * spaces and joiners, marks of direction, variation selectors, tags. Line feeds and tabs are none of them.
 */
const ranges: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const invisible = new RegExp(`[${ranges.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join("")}]+`, "gu");

/** Scripts whose letters a joiner or non-joiner between them changes: without it words are spelled wrong. */
const joins =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}\p{Script=Syriac}]/u;
const pictograph = /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u;

/**
 * Takes out what nobody sees. Guarantees that what is left shows everything that it says, but for a joiner between letters
 * that need it and what puts a picture together. Lone surrogates become U+FFFD. Tells how many characters went.
 *
 * Source: Unicode UTS #39 and UAX #31 (default ignorables); Boucher et al., Trojan Source (2021), for marks of direction.
 */
export function withoutInvisible(text: string): { readonly text: string; readonly removed: number } {
  let removed = 0;
  const whole = text.toWellFormed();
  const kept = whole.replaceAll(invisible, (run, at: number) => {
    const left = leftOf(run, whole, at);
    removed += run.length === left.length ? 0 : lengthOf(run) - lengthOf(left);
    return left;
  });
  return { text: kept, removed };
}

/** What stays of a run of them: only its first and its last one stand beside something that could need them. */
function leftOf(run: string, text: string, at: number): string {
  const inner = run.slice(1, -1);
  const lines = inner === "" ? "" : inner.replaceAll(/[^\u2028\u2029]+/g, "").replaceAll(/./gsu, "\n");
  const last = run.length === 1 ? "" : leftOfOne(run.slice(-1), text, at + run.length - 1);
  return leftOfOne(run.slice(0, 1), text, at) + lines + last;
}

function leftOfOne(unit: string, text: string, at: number): string {
  return unit === "\u2028" || unit === "\u2029" ? "\n" : isNeeded(text, unit, at) ? unit : "";
}

function lengthOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= 0xd800 && text.charCodeAt(at) < 0xdc00) pairs += 1;
  return text.length - pairs;
}

function isNeeded(text: string, unit: string, at: number): boolean {
  const before = lastOf(text.slice(Math.max(0, at - 2), at));
  if (unit === "\ufe0f") return pictograph.test(before) || /[#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa]/u.test(before);
  if (unit !== "\u200c" && unit !== "\u200d") return false;
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0x20);
  if (joins.test(before) && joins.test(after)) return true;
  // A vowel sign before it is a mark of the same script: Indic words end in joiners too, those go.
  return unit === "\u200d" && (pictograph.test(before) || before === "\ufe0f") && pictograph.test(after);
}

function lastOf(text: string): string {
  return [...text].at(-1) ?? "";
}
