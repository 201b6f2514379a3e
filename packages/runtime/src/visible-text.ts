import { hash } from "node:crypto";

/** Longer ones are told by size and digest. */
const mostCharacters = 4_000;
const mostLines = 120;
const mostOfLine = 600;

/** Line feeds aside: what nobody sees, what looks like a space and is none, and what turns text around. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;
/** Enough to push what follows out of sight. */
const longGap = /[ \t]{48,}/g;

/**
 * Text as it is, with all that nobody would see written out, as `\u{…}`. Nothing that is shown means two things: what
 * already looks like such an escape has its backslash written out.
 *
 * Source: Unicode UAX #44, General_Category and Default_Ignorable_Code_Point.
 */
export function visible(text: string): string {
  return text
    .replaceAll("\\u{", "\\u{5c}u{")
    .replaceAll(unseen, escaped)
    .replaceAll(longGap, (gap) => `\\u{${gap.length} blanks}`);
}

/** A value on one line, in quotes. */
export function quotedLine(text: string): string {
  const line = visible(JSON.stringify(text));
  return line.length <= mostOfLine ? line : `too long to show: ${sizeOf(text)}`;
}

/** A text on lines of its own, each marked as a part of it; undefined: it is too long to be shown. */
export function markedLines(text: string): readonly string[] | undefined {
  const lines = visible(text).split("\n");
  if (lines.length > mostLines || lines.reduce((sum, line) => sum + line.length, 0) > mostCharacters) return undefined;
  return lines.map((line) => `| ${line}`);
}

/** Names a text that is not shown, or not all that matters of one. */
export function sizeOf(text: string): string {
  return `${Buffer.byteLength(text)} bytes, SHA-256 ${hash("sha256", text)}`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
}
