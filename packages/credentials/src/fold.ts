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
 * escapes, character references, and backslashes, which all go. Over and over, six times: the text as it is comes first,
 * and each time's result after it. What one time takes for an escape may be none, and hide what stands beside it.
 */
export function fold(text: string): readonly [Folded, ...Folded[]] {
  const levels: [Folded, ...Folded[]] = [{ text, startOf: (index) => index }];
  let last = levels[0];
  for (let round = 0; round < rounds && marks.test(last.text); round += 1) {
    const map = new PositionMap();
    const next = foldOnce(last.text, map);
    if (next === last.text) break;
    const { startOf } = last;
    last = { text: next, startOf: (index) => startOf(map.startOf(index)) };
    levels.push(last);
  }
  return levels;
}

function foldOnce(text: string, map: PositionMap): string {
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  /** What was dropped belongs to the character behind it: an escape must not lose its half. */
  let dropped: number | undefined;
  const copy = (part: string, at: number): void => {
    if (part === "") return;
    map.add(length, dropped ?? at);
    if (dropped !== undefined && part.length > 1) map.add(length + 1, at + 1);
    dropped = undefined;
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
  copy(text.slice(from), from);
  map.add(length, text.length);
  return parts.join("");
}

/** Which position of a text each position of its folded form came from, told by the stretches in which both go on alike. */
class PositionMap {
  readonly #folded: number[] = [];
  readonly #source: number[] = [];

  add(folded: number, source: number): void {
    this.#folded.push(folded);
    this.#source.push(source);
  }

  startOf(index: number): number {
    let low = 0;
    let high = this.#folded.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#folded[middle] as number) <= index) low = middle;
      else high = middle;
    }
    return (this.#source[low] as number) + index - (this.#folded[low] as number);
  }
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
