/** A text with line feeds only, and how its positions lead back to the text as it is stored. */
export interface Normalized {
  readonly text: string;
  /** Position in the stored text. */
  stored(position: number): number;
  /** How a line that begins near a position ends: as the next one does, else as the one before. */
  endNear(position: number): "\n" | "\r\n";
}

/** CRLF becomes LF for matching, as callers write it; what an edit does not touch keeps its bytes. */
export function normalize(stored: string): Normalized {
  if (!stored.includes("\r\n")) return { text: stored, stored: (position) => position, endNear: () => "\n" };
  const text = stored.replaceAll("\r\n", "\n");
  // Positions of the line feeds that lost a carriage return, ascending.
  const lost: number[] = [];
  for (let at = stored.indexOf("\r\n"); at !== -1; at = stored.indexOf("\r\n", at + 2)) lost.push(at - lost.length);
  const before = (position: number): number => countBelow(lost, position);
  return {
    text,
    stored: (position) => position + before(position),
    endNear(position) {
      const next = text.indexOf("\n", position);
      const line = next === -1 ? text.lastIndexOf("\n", position) : next;
      return line !== -1 && lost[before(line)] === line ? "\r\n" : "\n";
    },
  };
}

export function toLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** How many of ascending numbers are smaller than one. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
