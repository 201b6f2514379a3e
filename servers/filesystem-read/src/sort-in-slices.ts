import { setImmediate } from "node:timers/promises";

/** Sorted at once: some milliseconds for the slowest order of the longest names. */
const atOnce = 256;
/** Milliseconds of work between two turns of the event loop. */
const sliceMs = 5;

export interface Order<Item, Key> {
  readonly keyOf: (item: Item) => Key;
  readonly compare: (left: Key, right: Key) => number;
}

/**
 * Sorts, equal items in the order they came in, and gives way to other calls every few milliseconds: 200,000 long names
 * take seconds in the order of a locale. Throws the reason of `signal` when it aborts.
 */
export async function sortInSlices<Item, Key>(items: readonly Item[], { keyOf, compare }: Order<Item, Key>, signal: AbortSignal): Promise<readonly Item[]> {
  const slice = new Slice(signal);
  let runs: Keyed<Item, Key>[][] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    const run = items.slice(at, at + atOnce).map((item) => ({ item, key: keyOf(item) }));
    runs.push(run.toSorted((left, right) => compare(left.key, right.key)));
    if (slice.over) await slice.pause();
  }
  while (runs.length > 1) {
    const merged: Keyed<Item, Key>[][] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], compare, slice));
    runs = merged;
  }
  return (runs[0] ?? []).map(({ item }) => item);
}

interface Keyed<Item, Key> {
  readonly item: Item;
  readonly key: Key;
}

async function merge<Item, Key>(
  left: readonly Keyed<Item, Key>[],
  right: readonly Keyed<Item, Key>[],
  compare: (left: Key, right: Key) => number,
  slice: Slice,
): Promise<Keyed<Item, Key>[]> {
  const merged: Keyed<Item, Key>[] = [];
  let fromLeft = 0;
  let fromRight = 0;
  while (fromLeft < left.length && fromRight < right.length) {
    const one = left[fromLeft] as Keyed<Item, Key>;
    const other = right[fromRight] as Keyed<Item, Key>;
    const first = compare(one.key, other.key) <= 0;
    merged.push(first ? one : other);
    if (first) fromLeft += 1;
    else fromRight += 1;
    if (merged.length % atOnce === 0 && slice.over) await slice.pause();
  }
  for (let at = fromLeft; at < left.length; at += 1) merged.push(left[at] as Keyed<Item, Key>);
  for (let at = fromRight; at < right.length; at += 1) merged.push(right[at] as Keyed<Item, Key>);
  return merged;
}

class Slice {
  readonly #signal: AbortSignal;
  #until = performance.now() + sliceMs;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get over(): boolean {
    return performance.now() >= this.#until;
  }

  async pause(): Promise<void> {
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#until = performance.now() + sliceMs;
  }
}
