/**
 * The order of `scandir` in the C library and so of the official server: by the bytes of the names. Code units give the
 * same order but for characters beyond U+FFFF, which only then are compared as bytes.
 */
export function byteOrder<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] {
  // Most file systems are listed in order already.
  if (inOrder(items, nameOf)) return items;
  const keyed = items.map((item) => ({ item, name: nameOf(item) }));
  const compare = keyed.some(({ name }) => surrogate.test(name)) ? compareBytes : compareUnits;
  return keyed.toSorted((left, right) => compare(left.name, right.name)).map(({ item }) => item);
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

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Paths in the order of a walk that lists each directory in byte order: a directory before what it holds, that before its next sibling. */
export function walkOrder(paths: readonly string[]): readonly string[] {
  const keyed = paths.map((path) => ({ path, key: path.replaceAll("/", "\0") }));
  return byteOrder(keyed, ({ key }) => key).map(({ path }) => path);
}
