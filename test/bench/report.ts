import { spreadOf, type Spread } from "./spread.ts";

/** One row: the same thing measured on several contestants. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: "calls/s" | "ms" | "MiB" | "s" | "ms CPU";
  /** `atLeast`: ours divided by the best other, higher is better. `atMost`: the same, lower is better. */
  readonly target: { readonly is: "atLeast" | "atMost"; readonly ratio: number } | undefined;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface Result {
  readonly id: string;
  readonly title: string;
  readonly unit: Row["unit"];
  readonly spreads: Readonly<Record<string, Spread>>;
  /** Against which other the ratio is: the best of them. */
  readonly against: string | undefined;
  readonly ratio: number | undefined;
  readonly target: Row["target"];
  readonly reached: boolean | undefined;
}

/** Compares medians: ours with the best of the others that are to be compared. */
export function resultOf(row: Row, ours: string, uncompared: ReadonlySet<string>): Result {
  const spreads: Record<string, Spread> = {};
  for (const [name, values] of Object.entries(row.values)) {
    const spread = spreadOf(values);
    if (spread !== undefined) spreads[name] = spread;
  }
  const better = row.unit === "calls/s" ? (one: number, other: number) => one > other : (one: number, other: number) => one < other;
  let against: string | undefined;
  for (const [name, spread] of Object.entries(spreads)) {
    if (name !== ours && !uncompared.has(name) && (against === undefined || better(spread.median, spreads[against]?.median ?? 0))) against = name;
  }
  const own = spreads[ours]?.median;
  const other = against === undefined ? undefined : spreads[against]?.median;
  const ratio = own === undefined || other === undefined ? undefined : own / other;
  const reached =
    ratio === undefined || row.target === undefined ? undefined : row.target.is === "atLeast" ? ratio >= row.target.ratio : ratio <= row.target.ratio;
  return { id: row.id, title: row.title, unit: row.unit, spreads, against, ratio, target: row.target, reached };
}

/** The results as text, headed by what they are about: per row each contestant's median with the range of its rounds, then the ratio and the target. */
export function reportOf(about: string, results: readonly Result[], names: readonly string[]): string {
  const head = [about, "unit", ...names, "ratio", "target", ""];
  const body = results.map((result) => [
    result.title,
    result.unit,
    ...names.map((name) => spreadText(result.spreads[name])),
    result.ratio === undefined ? "" : `${figure(result.ratio)}×`,
    result.target === undefined ? "" : `${result.target.is === "atLeast" ? "≥" : "≤"} ${result.target.ratio}×`,
    result.reached === undefined ? "" : result.reached ? "reached" : "NOT reached",
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), ...body.map(line)].join("\n");
}

function spreadText(spread: Spread | undefined): string {
  return spread === undefined ? "-" : `${figure(spread.median)} (${figure(spread.min)}–${figure(spread.max)})`;
}

/** Three significant digits: more would be noise. */
function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
