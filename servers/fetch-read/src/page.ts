/** One page of a text, in code points, as the official server counts them. */
export interface Page {
  readonly text: string;
  /** Where the next one starts; undefined: this is the last one. */
  readonly next: number | undefined;
  /** Code points of the whole. */
  readonly length: number;
}

/** Gives the part of a text from one code unit to another. */
type Slice = (whole: string, from: number, to: number) => string;

const asItIs: Slice = (whole, from, to) => whole.slice(from, to);

/** Cuts a page out of a text. Undefined where it starts at the end or behind it. */
export function pageOf(whole: string, start: number, length: number, slice = asItIs): Page | undefined {
  const total = countOf(whole);
  if (start >= total) return undefined;
  const from = offsetOf(whole, 0, start);
  const to = offsetOf(whole, from, length);
  return { text: slice(whole, from, to), next: start + length < total ? start + length : undefined, length: total };
}

function countOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) if (isLead(text, at)) pairs += 1;
  return text.length - pairs;
}

/** Code units after so many code points. */
function offsetOf(text: string, from: number, points: number): number {
  let at = from;
  for (let left = points; left > 0 && at < text.length; left -= 1) at += isLead(text, at) ? 2 : 1;
  return at;
}

function isLead(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length;
}
