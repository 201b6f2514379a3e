import { type Folded, PositionMap, substitute } from "./substitute.ts";

const escapes = /%[0-9a-f]{2}|\\+u[0-9a-f]{4}|\\+|&(?:#x0{0,6}[0-9a-f]{1,4}|#0{0,6}\d{1,5}|amp|lt|gt|quot|apos);/gi;
const marks = /[%\\&]/;
const named: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" };
/** Encodings of encodings that are undone. */
const rounds = 6;

/**
 * Undoes what programs do to printable ASCII on its way through URLs, JSON, HTML and Markdown: percent-encoding, `\u`
 * escapes, character references, and backslashes, which all go. Over and over, six times: the text as it is comes first,
 * and each time's result after it. What one time takes for an escape may be none, and hide what stands beside it.
 */
export function fold(text: string, from: Folded["startOf"] = (index) => index): readonly [Folded, ...Folded[]] {
  const levels: [Folded, ...Folded[]] = [{ text, startOf: from }];
  let last = levels[0];
  for (let round = 0; round < rounds && marks.test(last.text); round += 1) {
    const map = new PositionMap();
    const next = substitute(last.text, map, escapes, meaningOf);
    if (next === last.text) break;
    const { startOf } = last;
    last = { text: next, startOf: (index) => startOf(map.startOf(index)) };
    levels.push(last);
  }
  return levels;
}

/** One character, nothing for backslashes, undefined for what stands for no printable ASCII and stays as it is. */
function meaningOf(escape: string): string | undefined {
  if (escape.endsWith("\\")) return "";
  const known = named[escape.toLowerCase()];
  if (known !== undefined) return known;
  const [, hexadecimal, decimal] = /^(?:%|\\+u|&#x)([0-9a-f]+);?$|^&#(\d+);$/i.exec(escape) ?? [];
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : undefined;
}
