import { type Folded, PositionMap, substitute } from "./substitute.ts";

export interface Joined extends Folded {
  /** Whether a line ended at one of these positions of the original: from the first one on, before the second one. */
  cutWithin(from: number, to: number): boolean;
}

// A run of backslashes is taken whole: looked for at each of them, it would take the time of its square.
const breaks = /=?(?:\r\n?|\n)[ \t]*|\\+(?:r\\+n|[rn])?|(?:%0d)?%0a/gi;

/**
 * A text as it reads when its lines are put together, where programs cut them off at a width: line ends as they are, in
 * JSON, percent-encoded, and the soft ones of quoted-printable. Undefined: it is one line.
 */
export function joinLines(text: string): Joined | undefined {
  const map = new PositionMap();
  const ends: number[] = [];
  const joined = substitute(text, map, breaks, (found, index) => {
    if (found.endsWith("\\")) return undefined;
    ends.push(index);
    return "";
  });
  if (ends.length === 0) return undefined;
  return {
    text: joined,
    startOf: (index) => map.startOf(index),
    cutWithin(from, to) {
      let low = 0;
      let high = ends.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ends[middle] as number) < from) low = middle + 1;
        else high = middle;
      }
      return low < ends.length && (ends[low] as number) < to;
    },
  };
}
