import { addressAt, isAddress } from "./address-word.ts";
import { withoutInvisible } from "@postern/policy";

/** Where a piece of text stands. */
export interface Place {
  /** Of a line. */
  readonly starts: boolean;
  /** Right behind a number that begins the line. */
  readonly joins: boolean;
  /** White space follows; else anything may. */
  readonly apart: boolean;
  /** Behind an address, for a part of which parsers may take a backslash: marks are written as entities. */
  readonly address: boolean;
  /** In a link's text, of which a parser may take a backslash out: so are they there, and the end of a bracket as well. */
  readonly linked: boolean;
}

const marked = /[\\`[\]<]/;

/** Only what would be read as marks, also together with what another element or a character that nobody sees keeps apart. */
export function escaped(piece: string, { starts, joins, apart, address, linked }: Place): string {
  const inline = marksEscaped(piece, apart, address, linked);
  if (joins) return inline.replace(/^[.)]$/, "\\$&");
  if (!starts) return inline;
  // What nobody sees before or in a mark is taken out later.
  const seen = isPlain(piece) ? piece : withoutInvisible(piece).text;
  if (/^(?:#{1,6}$|>|[-+*=]+$|~)/.test(seen)) return `\\${inline}`;
  return /^\d{1,9}[.)]$/.test(seen) ? inline.replace(/[.)]/, "\\$&") : inline;
}

/** What is read as a mark wherever it stands, in words that begin no line. */
export function inlineEscaped(text: string, apart: boolean, linked: boolean): string {
  if (!marked.test(text)) return text;
  if (linked || !isAddress(text)) return marksEscaped(text, apart, false, linked);
  return text.replaceAll(/[^ ]+/g, (word, at: number) =>
    marksEscaped(word, apart || at + word.length < text.length, addressAt(word) < 0 && isAddress(word), false),
  );
}

function marksEscaped(text: string, apart: boolean, address: boolean, linked: boolean): string {
  if (!marked.test(text)) return text;
  const from = address || linked ? 0 : addressAt(text);
  const escape = (unit: string, at: number): string => {
    if (unit === "<") return "&lt;";
    return linked || (from >= 0 && at >= from && unit !== "]") ? `&#${unit.charCodeAt(0)};` : `\\${unit}`;
  };
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
