/** Bytes that a text takes as part of a JSON string. */
export function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** Bytes of JSON that the entries of one answer may take: room is left for notes, and for masks longer than what they mask. */
export function budgetWithin(resultLimit: number): number {
  return Math.floor((resultLimit * 3) / 4);
}

/** Bytes of JSON of one line with its line feed. */
export function lineBytes(line: string): number {
  return jsonBytes(line) + 2;
}

/**
 * The first lines that fit into an answer, made one by one, so that what does not fit is not made at all. At least one,
 * so that a caller who asks for the next page gets on.
 */
export function linesWithin<Item>(items: readonly Item[], budget: number, lineOf: (item: Item) => string): readonly string[] {
  const lines: string[] = [];
  let left = budget;
  for (const item of items) {
    const line = lineOf(item);
    left -= lineBytes(line);
    if (left < 0 && lines.length > 0) break;
    lines.push(line);
  }
  return lines;
}
