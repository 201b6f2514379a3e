import { hash } from "node:crypto";

/** Longer ones are told by size and digest. */
const mostCharacters = 4_000;
export const mostLines = 120;
export const mostOfLine = 600;

/**
 * Line feeds aside: what nobody sees, what looks like a space and is none, and what turns text around. Beyond the classes: blanks that
 * are filed as letters or signs (Braille U+2800, musical U+1D159, Khitan U+16FE4, Egyptian U+13430 to U+13455), and U+FFFC.
 */
const unseen =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}]|[\u{13430}-\u{13455}]|\u{16fe4}|(?! )\p{Zs}/gu;
const marks = /([\p{L}\p{N}])?(\p{M}+)/gu;
/** Marks that letters are written with, even where each has a vowel and a tone; more of them make a tower over other lines. */
const mostMarks = 3;
/** Strikes through what it stands on, or encloses it: combining class 1, and enclosing marks. */
const overlay =
  /[\p{Me}\u0334-\u0338\u1cd4\u1ce2-\u1ce8\u20d2\u20d3\u20d8-\u20da\u20e5\u20e6\u20ea\u20eb\u{10a39}\u{16af0}-\u{16af4}\u{1bc9e}\u{1d167}-\u{1d169}]/u;
const gap = /[ \t]{2,}/g;
/** Columns of blanks that push what follows out of sight; a tab counts as eight. */
const wide = 16;
/** As a mask begins. */
const maskMark = "[redacted:";

/**
 * Text as it is, with all that nobody would see, or that hides what stands beside it, written out as `\u{…}`. Nothing that is shown
 * means two things: what already looks like such an escape has its backslash written out, and what looks like a mask its bracket.
 *
 * Hole: letters that look like other letters are letters, and such of a script that runs from right to left stand where that puts them.
 *
 * Source: Unicode UAX #44, General_Category, Canonical_Combining_Class and Default_Ignorable_Code_Point.
 */
export function visible(text: string): string {
  return text
    .replaceAll("\\u{", "\\u{5c}u{")
    .replaceAll(maskMark, `\\u{5b}${maskMark.slice(1)}`)
    .replaceAll(marks, (_, base: string | undefined, run: string) => (base ?? "") + marked(run, base !== undefined))
    .replaceAll(unseen, escaped)
    .replaceAll(gap, counted);
}

/** A value on one line, in quotes; undefined: it is too long for one. */
export function quotedLine(text: string): string | undefined {
  const line = visible(JSON.stringify(text));
  return line.length <= mostOfLine ? line : undefined;
}

/** A visible text on lines of its own, each marked as a part of it; undefined: it is too long to be shown. */
export function markedLines(shown: string): readonly string[] | undefined {
  const lines = shown.split("\n");
  if (lines.length > mostLines || lines.reduce((sum, line) => sum + line.length, 0) > mostCharacters) return undefined;
  return lines.map((line) => `| ${line}`);
}

/** Names a text that is not shown, or not all that matters of one. */
export function sizeOf(text: string): string {
  return `${Buffer.byteLength(text)} bytes, SHA-256 ${hash("sha256", text)}`;
}

/** What has nothing to stand on would stand on a character of ours. */
function marked(run: string, based: boolean): string {
  let kept = based ? 0 : mostMarks;
  return Array.from(run, (mark) => {
    kept = overlay.test(mark) ? mostMarks : kept + 1;
    return kept > mostMarks || overlay.test(mark) ? escaped(mark) : mark;
  }).join("");
}

function counted(blanks: string): string {
  const columns = Array.from(blanks).reduce((sum, blank) => sum + (blank === "\t" ? 8 : 1), 0);
  if (columns < wide) return blanks;
  const runs = blanks.match(/ +|\t+/g) ?? [];
  return `\\u{${runs.map((run) => `${run.length} ${run.startsWith("\t") ? "tab" : "blank"}${run.length === 1 ? "" : "s"}`).join(" ")}}`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
}
