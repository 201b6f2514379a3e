/** Units that are compared by value: UTF-16 code units, or numbers that stand for lines. */
export type Units = Uint16Array | Int32Array;

/**
 * Where a sequence occurs in another one, in order and without overlaps. Time is linear in both whatever they hold
 * (Knuth, Morris, Pratt 1977): file and search text may come from the same hand, and `indexOf` can be made to take minutes.
 */
export function findSequence(sought: Units, within: Units): readonly number[] {
  if (sought.length === 0 || sought.length > within.length) return [];
  const back = fallbacks(sought);
  const found: number[] = [];
  let matched = 0;
  for (let at = 0; at < within.length; at += 1) {
    while (matched > 0 && within[at] !== sought[matched]) matched = back[matched - 1] as number;
    if (within[at] === sought[matched]) matched += 1;
    if (matched < sought.length) continue;
    found.push(at + 1 - matched);
    matched = 0;
  }
  return found;
}

export function unitsOf(text: string): Uint16Array {
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
