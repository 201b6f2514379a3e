/** Pairs of lines that are compared; beyond, lines are taken in their order. */
const mostPairs = 1_000_000;

/**
 * For each new line the old line whose place it takes. Lines that stand in both, in the same order, are each other's
 * (a longest common subsequence); between two such pairs, lines follow in their order; a line that was put in takes the
 * place of the one before it, or, at the start, of the one behind it.
 */
export function alignLines(before: readonly string[], after: readonly string[]): readonly number[] {
  const pairs = commonLines(before, after);
  const places: number[] = [];
  let [old, next] = [0, 0];
  for (const [oldAt, newAt] of [...pairs, [before.length, after.length] as const]) {
    for (let put = 0; next + put < newAt; put += 1) places.push(placeIn(old, oldAt, put, before.length));
    if (newAt < after.length) places.push(oldAt);
    [old, next] = [oldAt + 1, newAt + 1];
  }
  return places;
}

/** Of the gap between two pairs: by order as long as there are old lines, else by the last of them. */
function placeIn(from: number, to: number, put: number, count: number): number {
  if (to > from) return from + Math.min(put, to - from - 1);
  return from > 0 ? from - 1 : Math.min(to, count - 1);
}

function commonLines(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
  if (before.length * after.length > mostPairs) return [];
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let next = after.length - 1; next >= 0; next -= 1) {
      const same = before[old] === after[next] && before[old] !== "";
      lengths[old * width + next] = same
        ? (lengths[(old + 1) * width + next + 1] as number) + 1
        : Math.max(lengths[(old + 1) * width + next] as number, lengths[old * width + next + 1] as number);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let [old, next] = [0, 0]; old < before.length && next < after.length; ) {
    if (before[old] === after[next] && before[old] !== "") pairs.push([old++, next++]);
    else if ((lengths[(old + 1) * width + next] as number) >= (lengths[old * width + next + 1] as number)) old += 1;
    else next += 1;
  }
  return pairs;
}
