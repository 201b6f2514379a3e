import { type Order, sortInSlices } from "./sort-in-slices.ts";

/**
 * The order of `scandir` in the C library and so of the official server: by the bytes of the names. Code units give the
 * same order but for characters beyond U+FFFF, which only then are compared as bytes.
 */
export function byteOrder<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] {
  // Most file systems are listed in order already.
  if (inOrder(items, nameOf)) return items;
  const keyed = items.map((item) => ({ item, name: nameOf(item) }));
  if (!keyed.some(({ name }) => surrogate.test(name))) return keyed.toSorted((left, right) => compareUnits(left.name, right.name)).map(({ item }) => item);
  const order = bytesOf(nameOf);
  return items
    .map((item) => ({ item, key: order.keyOf(item) }))
    .toSorted((left, right) => order.compare(left.key, right.key))
    .map(({ item }) => item);
}

/** The same order, giving way to other calls meanwhile. */
export async function byteOrderInSlices<Item>(items: readonly Item[], nameOf: (item: Item) => string, signal: AbortSignal): Promise<readonly Item[]> {
  return inOrder(items, nameOf) ? items : await sortInSlices(items, bytesOf(nameOf), signal);
}

/** The bytes of each name are made once, not once for each comparison. */
function bytesOf<Item>(nameOf: (item: Item) => string): Order<Item, Buffer> {
  return { keyOf: (item) => Buffer.from(nameOf(item)), compare: (left, right) => Buffer.compare(left, right) };
}

function inOrder<Item>(items: readonly Item[], nameOf: (item: Item) => string): boolean {
  let last = "";
  for (const item of items) {
    const name = nameOf(item);
    if (name < last || surrogate.test(name)) return false;
    last = name;
  }
  return true;
}

const surrogate = /[\uD800-\uDFFF]/;

function compareUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Paths in the order of a walk that lists each directory in byte order: a directory before what it holds, that before its next sibling. */
export function walkOrder(paths: readonly string[]): readonly string[] {
  const keyed = paths.map((path) => ({ path, key: path.replaceAll("/", "\0") }));
  return byteOrder(keyed, ({ key }) => key).map(({ path }) => path);
}
