import { addressAt, isAddress } from "./address-word.ts";
import { withoutInvisible } from "./invisible.ts";

/** Where a piece of text stands. */
export interface Place {
  /** Of a line. */
  readonly starts: boolean;
  /** Right behind a number that begins the line. */
  readonly joins: boolean;
  /** White space follows; else anything may. */
  readonly apart: boolean;
  /** Parsers may take a backslash for part of an address, or out of a link's text: marks are written as entities. */
  readonly entities: boolean;
}

const marked = /[\\`[\]<]/;

/** Only what would be read as marks, also together with what another element or a character that nobody sees keeps apart. */
export function escaped(piece: string, { starts, joins, apart, entities }: Place): string {
  const inline = marksEscaped(piece, apart, entities);
  if (joins) return inline.replace(/^[.)]$/, "\\$&");
  if (!starts) return inline;
  // What nobody sees before or in a mark is taken out later.
  const seen = isPlain(piece) ? piece : withoutInvisible(piece).text;
  if (/^(?:#{1,6}$|>|[-+*=]+$|~)/.test(seen)) return `\\${inline}`;
  return /^\d{1,9}[.)]$/.test(seen) ? inline.replace(/[.)]/, "\\$&") : inline;
}

/** What is read as a mark wherever it stands, in words that begin no line. */
export function inlineEscaped(text: string, apart: boolean, entities: boolean): string {
  if (!marked.test(text)) return text;
  if (entities || !isAddress(text)) return marksEscaped(text, apart, entities);
  return text.replaceAll(/[^ ]+/g, (word, at: number) => marksEscaped(word, apart || at + word.length < text.length, addressAt(word) < 0 && isAddress(word)));
}

function marksEscaped(text: string, apart: boolean, entities: boolean): string {
  if (!marked.test(text)) return text;
  const address = entities ? 0 : addressAt(text);
  const escape = (unit: string, at: number): string => (unit === "<" ? "&lt;" : address >= 0 && at >= address ? `&#${unit.charCodeAt(0)};` : `\\${unit}`);
  return text.replaceAll(/[\\`[\]]|<(?![=\d ]|$)/g, escape).replace(/<$/, apart ? "<" : "&lt;");
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
