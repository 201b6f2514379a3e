import { codeAround } from "./code-around.ts";

/** What would begin a block of its own at the start of a text, and is none within a line: a fence of tildes, or what names a link elsewhere. */
const begins = / {0,3}~~~|\[[^\]\n]*\]:/y;

/**
 * A piece of Markdown of this converter that is read alone as it is in the whole: it holds no markup that is not there. For that,
 * code and escapes that it begins or ends in are opened and closed again.
 */
export function markdownSlice(whole: string, from: number, to: number): string {
  return before(whole, from) + whole.slice(from, to) + codeAround(whole, to).behind;
}

function before(whole: string, at: number): string {
  const code = codeAround(whole, at).before;
  if (code !== "" || at === 0 || whole.charAt(at - 1) === "\n") return code;
  begins.lastIndex = at;
  return begins.test(whole) ? "\\" : "";
}
