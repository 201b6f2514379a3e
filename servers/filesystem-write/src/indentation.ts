import { alignLines } from "./align-lines.ts";

/** What stands before the first character of a line that is no white space. */
function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/**
 * The step by which lines are indented: a tab where any line has one, else the least by which two neighbors differ;
 * empty: none is. One blank alone is the asterisk of a comment and no step.
 */
function stepOf(lines: readonly string[]): string {
  let least = Number.POSITIVE_INFINITY;
  let before = 0;
  for (const line of lines) {
    const indent = indentOf(line);
    if (indent.length === line.length) continue;
    if (indent.includes("\t")) return "\t";
    const difference = Math.abs(indent.length - before);
    if (difference > 1) least = Math.min(least, difference);
    before = indent.length;
  }
  return Number.isFinite(least) ? " ".repeat(least) : "";
}

export interface Reindenting {
  /** The searched lines, which the lines of the file match apart from white space. */
  readonly sought: readonly string[];
  readonly replacing: readonly string[];
  /** All lines of the file, which tell how it indents. */
  readonly around: readonly string[];
}

/**
 * Moves new lines to where the file's lines stand, for any place in the file. Guarantees that a line which the caller
 * only repeats keeps the indentation that it has in the file. Any other line goes by the searched line in whose place it
 * stands, or, where it stands in no one's place, by the line before it: as much deeper or shallower as the caller wrote
 * it, counted in steps where both sides indent by different ones.
 */
export function reindenting({ sought, replacing, around }: Reindenting): (file: readonly string[]) => readonly string[] {
  const callers = stepOf([...sought, ...replacing]);
  const files = stepOf(around);
  const steps = callers !== "" && files !== "" && callers !== files ? { from: callers, to: files } : undefined;
  const trimmed = (line: string): string => line.trim();
  const places = alignLines(sought.map(trimmed), replacing.map(trimmed));
  const written = sought.map(indentOf);
  return (file) => {
    const found = file.map(indentOf);
    return replacing.map((line, index) => {
      const place = places[index] ?? 0;
      return line.trim() === "" ? line : shifted(line, found[place] ?? "", written[place] ?? "", steps);
    });
  };
}

interface Steps {
  readonly from: string;
  readonly to: string;
}

function shifted(line: string, fileIndent: string, soughtIndent: string, steps: Steps | undefined): string {
  const own = indentOf(line);
  const body = line.slice(own.length);
  const deeper = own.length - soughtIndent.length;
  if (deeper === 0) return fileIndent + body;
  if (steps === undefined || deeper % steps.from.length !== 0) {
    return (deeper > 0 ? fileIndent + own.slice(own.length - deeper) : fileIndent.slice(0, Math.max(0, fileIndent.length + deeper))) + body;
  }
  const count = deeper / steps.from.length;
  return (count > 0 ? fileIndent + steps.to.repeat(count) : fileIndent.slice(0, Math.max(0, fileIndent.length + count * steps.to.length))) + body;
}
