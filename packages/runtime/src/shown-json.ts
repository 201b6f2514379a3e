import { markedLines, mostLines, sizeOf, visible } from "./visible-text.ts";

/** Characters of one string that are shown; fewer where it takes that to show the others. */
const beginnings = [400, 120, 40] as const;
/** Deeper is nothing that anybody reads. */
const deepest = 32;

/**
 * A JSON value as a human reads it, visible and within bounds: each long string by its beginning, its size and its digest, so that
 * none hides what stands beside it. Undefined: there are too many values to show them all.
 */
export function shownJson(value: unknown): string | undefined {
  for (const most of beginnings) {
    const lines: string[] = [];
    if (!write(lines, { lead: "", indent: "", value, end: "" }, most)) return undefined;
    const shown = lines.join("\n");
    if (markedLines(shown) !== undefined) return shown;
  }
  return undefined;
}

/** How many values that have no members. */
export function valuesOf(value: unknown): number {
  const left = [value];
  let count = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== "object" || next === null) count += 1;
    else for (const member of Object.values(next)) left.push(member);
  }
  return count;
}

/** The beginning of a text, in whole characters. */
export function beginningOf(text: string, most: number): string {
  const beginning = text.slice(0, most);
  return beginning.isWellFormed() ? beginning : beginning.slice(0, -1);
}

interface Member {
  /** What stands on its first line before it. */
  readonly lead: string;
  readonly indent: string;
  readonly value: unknown;
  /** What stands behind it. */
  readonly end: string;
}

/** As `JSON.stringify` indents it. False: it takes more lines than are shown. */
function write(lines: string[], { lead, indent, value, end }: Member, most: number): boolean {
  if (lines.length >= mostLines) return false;
  const list = Array.isArray(value);
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) {
    lines.push(lead + (typeof value === "string" ? cut(value, most) : JSON.stringify(value)) + end);
    return true;
  }
  if (entries.length > mostLines || indent.length > deepest) return false;
  const inner = `${indent}  `;
  lines.push(`${lead}${list ? "[" : "{"}`);
  for (const [place, [key, member]] of entries.entries()) {
    const next = { lead: `${inner}${list ? "" : `${cut(key, most)}: `}`, indent: inner, value: member, end: place === entries.length - 1 ? "" : "," };
    if (!write(lines, next, most)) return false;
  }
  lines.push(`${indent}${list ? "]" : "}"}${end}`);
  return true;
}

/** What stands behind the closing quotation mark is ours: no JSON has words there. */
function cut(text: string, most: number): string {
  const shown = visible(JSON.stringify(text));
  return shown.length <= most + 2 ? shown : `${visible(JSON.stringify(beginningOf(text, most)))} and more: ${sizeOf(text)}`;
}
