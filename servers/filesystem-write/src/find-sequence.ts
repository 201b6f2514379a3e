import { setImmediate } from "node:timers/promises";

/** Units that are compared by value: UTF-16 code units, or numbers that stand for lines. */
export type Units = Uint16Array | Int32Array;

export interface Places {
  /** In order and without overlaps, at most as many as were asked for. */
  readonly at: readonly number[];
  /** Some of them overlap with further ones, so that it is not certain which are meant. */
  readonly overlapping: boolean;
  /** There are more. */
  readonly cut: boolean;
}

/**
 * Where a sequence occurs in another one. Time is linear in both whatever they hold (Knuth, Morris, Pratt 1977): file
 * and search text may come from the same hand, and `indexOf` can be made to take minutes.
 */
export function findSequence(sought: Units, within: Units, most: number): Places {
  const search = searching(sought, within, most);
  let found: Places | undefined;
  while (found === undefined) found = search();
  return found;
}

/** Units of one step of a search, some milliseconds. */
const stepUnits = 512 * 1024;

/** A search in steps: each call goes on, until one has the end. */
function searching(sought: Units, within: Units, most: number): () => Places | undefined {
  const at: number[] = [];
  if (sought.length === 0 || sought.length > within.length) return () => ({ at, overlapping: false, cut: false });
  const back = fallbacks(sought);
  let overlapping = false;
  let matched = 0;
  /** Where the last place that counts ends. */
  let end = 0;
  let next = 0;
  return () => {
    const until = Math.min(within.length, next + stepUnits);
    for (let position = next; position < until; position += 1) {
      while (matched > 0 && within[position] !== sought[matched]) matched = back[matched - 1] as number;
      if (within[position] === sought[matched]) matched += 1;
      if (matched < sought.length) continue;
      const start = position + 1 - matched;
      if (start < end) overlapping = true;
      else {
        if (at.length === most) return { at, overlapping, cut: true };
        at.push(start);
        end = position + 1;
      }
      matched = back[matched - 1] as number;
    }
    next = until;
    return next === within.length ? { at, overlapping, cut: false } : undefined;
  };
}

/** Comparisons that `indexOf` may come to at worst, some milliseconds; it takes a tenth of the time where nobody means harm. */
const fewComparisons = 4 * 1024 * 1024;

/** Where a text occurs in another one. Others get their turns while a large one is searched. */
export async function findText(sought: string, within: string, most: number): Promise<Places> {
  if (sought.length * within.length > fewComparisons) {
    const search = searching(unitsOf(sought), unitsOf(within), most);
    let found = search();
    while (found === undefined) {
      await setImmediate();
      found = search();
    }
    return found;
  }
  const at: number[] = [];
  let overlapping = false;
  let end = 0;
  for (let start = sought === "" ? -1 : within.indexOf(sought); start !== -1; start = within.indexOf(sought, start + 1)) {
    if (start < end) overlapping = true;
    else {
      if (at.length === most) return { at, overlapping, cut: true };
      at.push(start);
      end = start + sought.length;
    }
  }
  return { at, overlapping, cut: false };
}

function unitsOf(text: string): Uint16Array {
  const bytes = Buffer.from(text, "utf16le");
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** For each prefix, the length of the longest proper prefix that is also its suffix. */
function fallbacks(sought: Units): Int32Array {
  const back = new Int32Array(sought.length);
  let length = 0;
  for (let at = 1; at < sought.length; at += 1) {
    while (length > 0 && sought[at] !== sought[length]) length = back[length - 1] as number;
    if (sought[at] === sought[length]) length += 1;
    back[at] = length;
  }
  return back;
}
