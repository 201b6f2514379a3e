/**
 * The order of `scandir` in the C library and so of the official server: by the bytes of the names. Code units give the
 * same order but for characters beyond U+FFFF, which only then are compared as bytes.
 */
export function byteOrder<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const beyond = items.some((item) => /[\uD800-\uDFFF]/.test(nameOf(item)));
  return items.toSorted((left, right) => {
    const [one, other] = [nameOf(left), nameOf(right)];
    if (beyond) return Buffer.compare(Buffer.from(one), Buffer.from(other));
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

/** Paths in the order of a walk that lists each directory in byte order: a directory before what it holds, that before its next sibling. */
export function walkOrder(paths: readonly string[]): string[] {
  const keyed = paths.map((path) => ({ path, key: path.replaceAll("/", "\0") }));
  return byteOrder(keyed, ({ key }) => key).map(({ path }) => path);
}
