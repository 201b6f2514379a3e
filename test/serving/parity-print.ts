import type { Era } from "./parity-table.ts";

/** What was decided, for a reader: one table for each server, with askers and requests that were treated alike in one column and one row. */
export class Decided {
  /** By server, request, asker and era. */
  readonly #cells = new Map<string, Map<string, Map<string, Map<Era, string>>>>();

  note(server: string, request: string, asker: string, era: Era, cell: string): void {
    const rows = entry(this.#cells, server, () => new Map<string, Map<string, Map<Era, string>>>());
    const row = entry(rows, request, () => new Map<string, Map<Era, string>>());
    entry(row, asker, () => new Map<Era, string>()).set(era, cell);
  }

  table(): string {
    return [...this.#cells].map(([server, rows]) => `${server}\n${tableOf(rows)}`).join("\n");
  }
}

const widest = 54;

function tableOf(rows: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<Era, string>>>): string {
  const askers = [...new Set([...rows.values()].flatMap((row) => [...row.keys()]))];
  const cell = (request: string, asker: string): string => {
    const eras = rows.get(request)?.get(asker);
    return [...new Set([eras?.get("2025") ?? "-", eras?.get("2026") ?? eras?.get("2025") ?? "-"])].join(" | ");
  };
  const columns = Map.groupBy(askers, (asker) => JSON.stringify([...rows.keys()].map((request) => cell(request, asker))));
  const heads = [...columns.values()].map((alike, index) => ({ letter: String.fromCharCode(65 + index), alike }));
  const cells = (request: string): readonly string[] => heads.map(({ alike: [one = ""] }) => cell(request, one));
  const groups = [...Map.groupBy(rows.keys(), (request) => JSON.stringify(cells(request))).values()].map((alike) => ({
    names: wrapped(alike),
    cells: cells(alike[0] ?? ""),
  }));
  const widths = heads.map((_, column) => Math.max(1, ...groups.map((group) => group.cells[column]?.length ?? 0)));
  const line = (name: string, texts: readonly string[]): string =>
    `  ${name.padEnd(widest)}  ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return [
    ...heads.map(({ letter, alike }) => `  ${letter}: ${alike.join(", ")}`),
    line(
      "",
      heads.map(({ letter }) => letter),
    ),
    ...groups.flatMap(({ names: [first = "", ...rest], cells: texts }) => [line(first, texts), ...rest.map((name) => `  ${name}`)]),
    "",
  ].join("\n");
}

function wrapped(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length + 2 > widest) lines.push(name);
    else lines[lines.length - 1] = `${last}, ${name}`;
  }
  return lines;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
