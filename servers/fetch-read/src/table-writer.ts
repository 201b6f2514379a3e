import { MarkdownWriter } from "./markdown-writer.ts";

/** Cells longer than this, or with blocks in them, are no table that can be read as one. */
const longestCell = 1_000;
/** Empty cells that are written for each one that there is: a wide row among many short ones makes the square of their number. */
const mostPadding = 8;

/** Collects the cells of a table. A table inside of a cell is written as that cell's text. */
export class TableWriter {
  readonly depth: number;
  readonly #rows: string[][] = [];
  #cell: MarkdownWriter | undefined;
  /** What stands between the cells, such as a caption. */
  readonly #beside: MarkdownWriter;
  readonly #most: number;
  #done = 0;

  constructor(depth: number, most: number) {
    this.depth = depth;
    this.#most = most;
    this.#beside = new MarkdownWriter(most);
  }

  get cell(): MarkdownWriter {
    return this.#cell ?? this.#beside;
  }

  get length(): number {
    return this.#done + (this.#cell?.length ?? 0) + this.#beside.length;
  }

  begin(name: "tr" | "td" | "th"): void {
    this.end();
    if (name === "tr" || this.#rows.length === 0) this.#rows.push([]);
    if (name !== "tr") this.#cell = new MarkdownWriter(this.#most);
  }

  end(): void {
    const cell = this.#cell;
    if (cell === undefined) return;
    this.#cell = undefined;
    const text = cell.from();
    this.#done += text.length;
    this.#rows.at(-1)?.push(text);
  }

  /** As lines: a table where it is one, otherwise its cells one after the other. */
  rows(): readonly string[] {
    this.end();
    const rows = this.#rows.filter((row) => row.some((cell) => cell !== ""));
    const caption = this.#beside.from();
    const before = caption === "" ? [] : [...caption.split("\n"), ""];
    const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0);
    const [head, ...body] = rows;
    if (head === undefined) return before.slice(0, -1);
    const cells = rows.reduce((sum, row) => sum + row.length, 0);
    const ragged = width * rows.length > cells * (1 + mostPadding);
    const layout = width < 2 || ragged || rows.some((row) => row.some((cell) => cell.length > longestCell || cell.includes("\n\n") || cell.includes("```")));
    if (layout) return [...before, ...rows.flatMap((row) => row.filter((cell) => cell !== "").flatMap((cell) => [...cell.split("\n"), ""]))].slice(0, -1);
    const line = (row: readonly string[]): string => `| ${Array.from({ length: width }, (_, at) => inCell(row[at] ?? "")).join(" | ")} |`;
    return [...before, line(head), `|${" --- |".repeat(width)}`, ...body.map(line)];
  }
}

function inCell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}
