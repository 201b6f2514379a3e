/** What stands before the first character of a line that is no white space. */
function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/** The step by which lines are indented: a tab where any line has one, else the narrowest run of blanks; empty: none is. */
function stepOf(lines: readonly string[]): string {
  let narrowest = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const indent = indentOf(line);
    if (indent === "" || indent.length === line.length) continue;
    if (indent.includes("\t")) return "\t";
    narrowest = Math.min(narrowest, indent.length);
  }
  return Number.isFinite(narrowest) ? " ".repeat(narrowest) : "";
}

export interface Replaced {
  /** Lines of the file that are replaced, and the searched lines that matched them apart from white space. */
  readonly file: readonly string[];
  readonly sought: readonly string[];
  /** All lines of the file, which tell how it indents. */
  readonly around: readonly string[];
}

/**
 * Moves new lines to where the file's lines stand: each gets the indentation of the file's line in its place, deeper or
 * shallower by as much as it differs from the searched line there. Where one side indents by tabs and the other by
 * blanks, steps are counted and not characters. Lines beyond the last searched one go by that one.
 */
export function reindent(lines: readonly string[], { file, sought, around }: Replaced): readonly string[] {
  const callers = stepOf([...sought, ...lines]);
  const files = stepOf(around);
  const translate = callers !== "" && files !== "" && (callers === "\t") !== (files === "\t");
  const step = translate ? { from: callers, to: files } : undefined;
  return lines.map((line, index) => {
    const place = Math.min(index, sought.length - 1);
    return line.trim() === "" ? line : shifted(line, indentOf(file[place] ?? ""), indentOf(sought[place] ?? ""), step);
  });
}

function shifted(line: string, fileIndent: string, soughtIndent: string, step: { readonly from: string; readonly to: string } | undefined): string {
  const own = indentOf(line);
  const body = line.slice(own.length);
  const deeper = own.length - soughtIndent.length;
  if (step === undefined)
    return (deeper >= 0 ? fileIndent + own.slice(own.length - deeper) : fileIndent.slice(0, Math.max(0, fileIndent.length + deeper))) + body;
  const steps = Math.trunc(deeper / step.from.length);
  return (steps >= 0 ? fileIndent + step.to.repeat(steps) : fileIndent.slice(0, Math.max(0, fileIndent.length + steps * step.to.length))) + body;
}
