export interface Statement {
  readonly text: string;
  /** Stands where programs do not agree whether it counts. */
  readonly doubtful: boolean;
}

const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** What is written in letters of its own, or with letters that look like spaces, is read, and never believed. */
const odd = /[^\t\n\f\r\u0020-\u007e]|\\/;
/** CSS takes them for one token each, whatever they hold (CSS Syntax 3 §4.3.6). */
const url = /(?:^|[^-\w\\\u0080-\uffff])(?:\\?u|\\0{0,4}[57]5\s?)(?:\\?r|\\0{0,4}[57]2\s?)(?:\\?l|\\0{0,4}[46]c\s?)$/i;

/**
 * Cuts a style into what CSS reads as one declaration each: a semicolon within brackets, quotes, a URL or an escape ends none, and
 * a comment stands for a space. Takes time in the length of the style.
 */
export function* statementsOf(style: string): Generator<Statement> {
  if (!/[\\/"'([{}]/.test(style)) {
    for (const text of style.split(";")) yield { text, doubtful: odd.test(text) };
    return;
  }
  const open: string[] = [];
  let text = "";
  let from = 0;
  // Behind a closed or a stray brace some begin anew and others do not.
  let broken = false;
  for (let at = 0; at < style.length; at += 1) {
    const unit = style[at] ?? "";
    const closer = closers[unit];
    if (unit === "\\") at += 1;
    else if (unit === '"' || unit === "'") at = endOfString(style, at);
    else if (unit === "/" && style[at + 1] === "*") {
      text += `${style.slice(from, at)} `;
      const end = style.indexOf("*/", at + 2);
      at = end < 0 ? style.length : end + 1;
      from = at + 1;
    } else if (unit === "(" && isRawUrl(style, at)) at = endOfUrl(style, at);
    else if (closer !== undefined) open.push(closer);
    else if (unit === open.at(-1)) open.pop();
    if (open.length > 0 || (unit !== ";" && unit !== "}")) continue;
    text += style.slice(from, at);
    if (unit === ";") yield { text, doubtful: broken || odd.test(text) };
    else broken = true;
    text = "";
    from = at + 1;
  }
  // The end closes what is open.
  text += style.slice(from) + open.toReversed().join("");
  yield { text, doubtful: broken || odd.test(text) };
}

/** Where a string ends: at its quote, or before the end of its line. */
function endOfString(style: string, begin: number): number {
  for (let at = begin + 1; at < style.length; at += 1) {
    const unit = style[at] ?? "";
    if (unit === "\\") at += 1;
    else if (unit === style[begin]) return at;
    else if (unit === "\n" || unit === "\r" || unit === "\f") return at - 1;
  }
  return style.length;
}

function isRawUrl(style: string, at: number): boolean {
  if (!url.test(style.slice(Math.max(0, at - 32), at))) return false;
  let next = at + 1;
  while (/[\t\n\f\r ]/.test(style[next] ?? "")) next += 1;
  return style[next] !== '"' && style[next] !== "'";
}

function endOfUrl(style: string, begin: number): number {
  for (let at = begin + 1; at < style.length; at += 1) {
    if (style[at] === "\\") at += 1;
    else if (style[at] === ")") return at;
  }
  return style.length;
}
