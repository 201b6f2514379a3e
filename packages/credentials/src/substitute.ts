/** A text as it reads when what stands for other characters is taken for them, and where each of its characters came from. */
export interface Folded {
  readonly text: string;
  /** Position in the original at which a character begins; for the length of `text`, where the original ends. */
  startOf(index: number): number;
}

/** Which position of a text each position of its folded form came from, told by the stretches in which both go on alike. */
export class PositionMap {
  readonly #folded: number[] = [];
  readonly #source: number[] = [];

  add(folded: number, source: number): void {
    this.#folded.push(folded);
    this.#source.push(source);
  }

  startOf(index: number): number {
    let low = 0;
    let high = this.#folded.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#folded[middle] as number) <= index) low = middle;
      else high = middle;
    }
    return (this.#source[low] as number) + index - (this.#folded[low] as number);
  }
}

/** Puts other text where a pattern matches: `meaning` gives it, undefined leaves what is there. */
export function substitute(text: string, map: PositionMap, pattern: RegExp, meaning: (found: string, index: number) => string | undefined): string {
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  /** What was dropped belongs to the character behind it: an escape must not lose its half. */
  let dropped: number | undefined;
  const copy = (part: string, at: number): void => {
    if (part === "") return;
    map.add(length, dropped ?? at);
    if (dropped !== undefined && part.length > 1) map.add(length + 1, at + 1);
    dropped = undefined;
    length += part.length;
    parts.push(part);
  };
  for (const { 0: escape, index } of text.matchAll(pattern)) {
    copy(text.slice(from, index), from);
    const meant = meaning(escape, index);
    if (meant === "") dropped ??= index;
    else copy(meant ?? escape, index);
    from = index + escape.length;
  }
  copy(text.slice(from), from);
  map.add(length, text.length);
  return parts.join("");
}
