import CliTable3 from "cli-table3";
import { printable } from "./printable.ts";
import { paint, type Terminal, type Tone } from "./terminal.ts";

export interface Cell {
  /** Made printable here; a newline in a list of lines is the only one that stays. */
  readonly lines: readonly string[];
  readonly tone?: Tone;
}

const nothing = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** A table without rules, a head in bold, its last column wrapped at the terminal's edge where there is one. */
export function tableText(terminal: Terminal, head: readonly string[], rows: readonly (readonly (string | Cell)[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => widest(row[column]))));
  const taken = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const last = terminal.width === undefined ? null : Math.max(20, terminal.width - taken);
  const table = new CliTable3({
    chars: nothing,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colWidths: widths.map((_, column) => (column === widths.length - 1 ? last : null)),
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  table.push(head.map((title) => paint(terminal, "strong", title)));
  for (const row of rows) table.push(row.map((cell) => cellText(terminal, cell)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function widest(cell: string | Cell | undefined): number {
  const lines = typeof cell === "string" ? [cell] : (cell?.lines ?? []);
  return Math.max(0, ...lines.map((line) => printable(line).length));
}

function cellText(terminal: Terminal, cell: string | Cell): string {
  const { lines, tone } = typeof cell === "string" ? { lines: [cell], tone: undefined } : cell;
  return lines.map((line) => (tone === undefined ? printable(line) : paint(terminal, tone, printable(line)))).join("\n");
}
