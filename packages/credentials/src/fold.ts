/** A text as it reads when what stands for other characters is taken for them, and where each of its characters came from. */
export interface Folded {
  readonly text: string;
  /** Position in the original at which a character begins; for the length of `text`, where the original ends. */
  startOf(index: number): number;
}

const escapes = /%[0-9a-f]{2}|\\+u[0-9a-f]{4}|\\+|&(?:#x0{0,6}[0-9a-f]{1,4}|#0{0,6}\d{1,5}|amp|lt|gt|quot|apos);/gi;
const marks = /[%\\&]/;
const named: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" };
/** Encodings of encodings that are undone. */
const rounds = 6;

/**
 * Undoes what programs do to printable ASCII on its way through URLs, JSON, HTML and Markdown: percent-encoding, `\u`
 * escapes, character references, and backslashes, which all go. Over and over, six times.
 */
export function fold(text: string): Folded {
  let current = text;
  let starts: Uint32Array | undefined;
  for (let round = 0; round < rounds && marks.test(current); round += 1) {
    const next = foldOnce(current);
    if (next === undefined) break;
    if (starts !== undefined) for (let at = 0; at < next.starts.length; at += 1) next.starts[at] = starts[next.starts[at] as number] as number;
    ({ text: current, starts } = next);
  }
  const known = starts;
  return { text: current, startOf: known === undefined ? (index) => index : (index) => known[index] as number };
}

function foldOnce(text: string): { readonly text: string; readonly starts: Uint32Array } | undefined {
  const parts: string[] = [];
  const starts = new Uint32Array(text.length + 1);
  let length = 0;
  let from = 0;
  /** What was dropped belongs to the character behind it: an escape must not lose its half. */
  let dropped: number | undefined;
  const copy = (part: string, at: number): void => {
    for (let index = 0; index < part.length; index += 1) starts[length + index] = at + index;
    if (dropped !== undefined && part !== "") {
      starts[length] = dropped;
      dropped = undefined;
    }
    length += part.length;
    parts.push(part);
  };
  for (const { 0: escape, index } of text.matchAll(escapes)) {
    copy(text.slice(from, index), from);
    const meant = meaningOf(escape);
    if (meant === "") dropped ??= index;
    else copy(meant ?? escape, index);
    from = index + escape.length;
  }
  if (from === 0) return undefined;
  copy(text.slice(from), from);
  starts[length] = text.length;
  return { text: parts.join(""), starts: starts.subarray(0, length + 1) };
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
