import { withoutInvisible } from "./invisible.ts";

/** Where a piece of text stands. */
export interface Place {
  /** Of a line. */
  readonly starts: boolean;
  /** Right behind a number that begins the line. */
  readonly joins: boolean;
  /** White space follows; else anything may. */
  readonly apart: boolean;
}

/** Only what would be read as marks, also together with what another element or a character that nobody sees keeps apart. */
export function escaped(piece: string, { starts, joins, apart }: Place): string {
  const inline = inlineEscaped(piece, apart);
  if (joins) return inline.replace(/^[.)]$/, "\\$&");
  if (!starts) return inline;
  // What nobody sees before or in a mark is taken out later.
  const seen = isPlain(piece) ? piece : withoutInvisible(piece).text;
  if (/^(?:#{1,6}$|>|[-+*=]+$|~)/.test(seen)) return `\\${inline}`;
  return /^\d{1,9}[.)]$/.test(seen) ? inline.replace(/[.)]/, "\\$&") : inline;
}

/** What is read as a mark wherever it stands. */
export function inlineEscaped(text: string, apart: boolean): string {
  if (!/[\\`[\]<]/.test(text)) return text;
  return text.replaceAll(/[\\`[\]]|<(?![=\d ]|$)/g, (unit) => `\\${unit}`).replace(/<$/, apart ? "<" : "\\<");
}

export function isPlain(text: string): boolean {
  return /^[!-~]+$/.test(text);
}

export function isGap(text: string): boolean {
  return /^[ \t\n\f\r]/.test(text);
}

export function isSeen(piece: string): boolean {
  return /[!-~]/.test(piece) || withoutInvisible(piece).text !== "";
}

/** Also of backticks that only what nobody sees keeps apart, and that is taken out later. */
export function longestRun(text: string): number {
  let longest = 0;
  if (!text.includes("`")) return longest;
  for (const [run] of withoutInvisible(text).text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
