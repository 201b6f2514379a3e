/** Lines of a text with their positions; a line feed at the very end begins no further line. */
export class TextLines {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = text === "" ? [] : [0];
    for (let at = text.indexOf("\n"); at !== -1 && at + 1 < text.length; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Position of a line's first character; of the line behind the last one, the text's end. */
  start(line: number): number {
    return this.#starts[line] ?? this.text.length;
  }

  /** Position behind a line's last character, before its line feed. */
  end(line: number): number {
    const next = this.#starts[line + 1];
    if (next !== undefined) return next - 1;
    return this.text.endsWith("\n") ? this.text.length - 1 : this.text.length;
  }

  line(line: number): string {
    return this.text.slice(this.start(line), this.end(line));
  }

  all(): readonly string[] {
    return Array.from(this.#starts, (_, line) => this.line(line));
  }

  /** Number of the line that holds a position, from 1, as people count. */
  numberAt(position: number): number {
    return Math.max(1, this.countBefore(position + 1));
  }

  /** How many lines begin before a position. */
  countBefore(position: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
