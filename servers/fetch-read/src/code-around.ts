/** Code that a place in a line or in a text lies in. */
export interface CodeAround {
  /** What a page that begins there needs before it, to be read as it is in the whole. */
  readonly before: string;
  /** What a page that ends there needs behind it. */
  readonly behind: string;
}

const none: CodeAround = { before: "", behind: "" };
/** A line of ours that opens a fence, behind the marks of what it stands in. */
const opening = /^((?:>| |- |\d{1,9}\. )*)(`{3,})[\w+#.-]*$/;

/**
 * What a place in Markdown of this converter lies in: a fence, a span of code, an escape. Time is in step with the text before it
 * and its line. Only for that Markdown: spans do not go over lines there, and each fence is closed as far out as it was opened.
 */
export function codeAround(whole: string, at: number): CodeAround {
  if (at <= 0 || at >= whole.length) return none;
  const start = whole.lastIndexOf("\n", at - 1) + 1;
  const line = lineFrom(whole, start);
  const fence = fenceBefore(whole, start);
  const done = at - start;
  if (fence !== undefined) return inFence(fence, line, done);
  const opened = opening.exec(line);
  if (opened === null) return inLine(line, done);
  const [, run = ""] = /(`*)[^`]*$/.exec(line.slice(0, done)) ?? [];
  const marks = line.slice(0, Math.min(done, opened[1]?.length ?? 0));
  const before = (done > marks.length ? asItems(marks) : marks) + line.slice(marks.length, done);
  return done === 0 ? none : { before, behind: run.length < 3 ? "" : `\n${insideOf(opened[1] ?? "")}${run}` };
}

interface Fence {
  /** The line that opens it, without what stands before it. */
  readonly opened: string;
  /** All of the line that closes it. */
  readonly closing: string;
  /** What stands before each line of it. */
  readonly prefix: string;
}

/** The fence that is open where a line starts. */
function fenceBefore(whole: string, end: number): Fence | undefined {
  let open: Fence | undefined;
  for (let at = whole.indexOf("```"); at >= 0 && at < end; ) {
    const line = lineFrom(whole, whole.lastIndexOf("\n", at) + 1);
    if (open === undefined) open = fenceOf(line);
    else if (line === open.closing) open = undefined;
    const next = whole.indexOf("\n", at);
    at = next < 0 ? -1 : whole.indexOf("```", next);
  }
  return open;
}

function fenceOf(line: string): Fence | undefined {
  const [, marks, run = ""] = opening.exec(line) ?? [];
  if (marks === undefined) return undefined;
  const prefix = insideOf(marks);
  return { opened: line.slice(marks.length), closing: prefix + run, prefix };
}

function inFence({ opened, closing, prefix }: Fence, line: string, done: number): CodeAround {
  const ends = line === closing;
  if (ends && done === line.length) return none;
  return {
    before: `${asItems(prefix)}${opened}\n${line.slice(0, ends ? done : Math.min(done, prefix.length))}`,
    behind: ends ? line.slice(done) : (done > 0 ? "\n" : "") + closing,
  };
}

/** Marks of a line, as what stands before the lines that follow it. */
function insideOf(marks: string): string {
  return marks.replaceAll(/[^> ]/g, " ");
}

/** Four spaces would begin no fence: what stands that deep is written as items of lists that end where they did. */
function asItems(prefix: string): string {
  return prefix.replaceAll(
    /(^|> )( {4,})/g,
    (_, quote: string, { length }: string) => quote + (length % 2 === 0 ? "- ".repeat(length / 2) : `${"- ".repeat((length - 3) / 2)}-  `),
  );
}

function inLine(line: string, done: number): CodeAround {
  for (let at = 0; at < done; ) {
    const sign = line.charAt(at);
    if (sign === "\\") {
      if (done === at + 1) return { before: "\\", behind: "" };
      at += 2;
    } else if (sign === "`") {
      const inner = endOfRun(line, at);
      const mark = line.slice(at, inner);
      const close = closeOf(line, inner, mark.length);
      if (done < inner) return { before: line.slice(at, done), behind: "" };
      const end = close + mark.length;
      if (done < end) return inSpan(line, done, { mark, inner, close });
      at = close < 0 ? inner : end;
    } else at += 1;
  }
  return none;
}

function inSpan(line: string, done: number, { mark, inner, close }: { readonly mark: string; readonly inner: number; readonly close: number }): CodeAround {
  if (done > close) return { before: `${mark} ${line.slice(close, done)}`, behind: line.slice(done, close + mark.length) };
  const apart = (sign: string): string => (sign === "`" ? " " : "");
  return { before: mark + apart(line.charAt(done)), behind: done === inner ? "" : apart(line.charAt(done - 1)) + mark };
}

function closeOf(line: string, from: number, length: number): number {
  for (let at = line.indexOf("`", from); at >= 0; at = line.indexOf("`", at)) {
    const end = endOfRun(line, at);
    if (end - at === length) return at;
    at = end;
  }
  return -1;
}

function endOfRun(line: string, start: number): number {
  let at = start;
  while (line.charAt(at) === "`") at += 1;
  return at;
}

function lineFrom(whole: string, start: number): string {
  const end = whole.indexOf("\n", start);
  return end < 0 ? whole.slice(start) : whole.slice(start, end);
}
