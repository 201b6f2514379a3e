import { reportOf, resultOf, type Result, type Row } from "./report.ts";
import type { Samples } from "./samples.ts";
import { oursIn, type Suite } from "./suites.ts";

export interface TableOptions {
  /** Also the processor time of one call. */
  readonly cpu: boolean;
  wants(id: string): boolean;
}

export interface Table {
  readonly results: readonly Result[];
  readonly text: string;
}

/** What a suite gave: each row's figures, and ours against the better of those that it is compared with. */
export function tableOf(suite: Suite, samples: Samples, options: TableOptions): Table {
  const uncompared = new Set(suite.contestants.filter(({ role }) => role === "floor" || role === "fsync").map(({ name }) => name));
  const rows = rowsOf(suite, samples, options);
  const results = rows.map((row) => resultOf(row, oursIn(suite).name, uncompared));
  const names = [...suite.contestants.map(({ name }) => name), ...(rows.some((row) => "ripgrep" in row.values) ? ["ripgrep"] : [])];
  return { results, text: reportOf(suite.server, results, names) };
}

function rowsOf(suite: Suite, samples: Samples, { cpu, wants }: TableOptions): readonly Row[] {
  const { measures, ofProcess } = suite;
  const rows: Row[] = [
    ...(ofProcess ? startupRows(samples) : []),
    ...measures.map(({ id, title, target }): Row => {
      if (target === undefined) return { id, title, unit: "s", target: { is: "atMost", ratio: 1.5 }, values: samples.of(id) };
      return { id, title, unit: "calls/s", target: { is: "atLeast", ratio: target }, values: samples.of(id) };
    }),
    ...(cpu ? measures : []).map(
      ({ id, title }): Row => ({ id, title: `${title}: one call`, unit: "ms CPU", target: undefined, values: samples.of(`${id} cpu`) }),
    ),
    ...(ofProcess ? memoryRows(samples) : []),
  ];
  return rows.filter(({ id }) => wants(id));
}

function startupRows(samples: Samples): readonly Row[] {
  return [{ id: "startup", title: "start-up to initialized", unit: "ms", target: { is: "atMost", ratio: 1 }, values: samples.of("startup") }];
}

function memoryRows(samples: Samples): readonly Row[] {
  return [
    { id: "memory", title: "memory after the run", unit: "MiB", target: { is: "atMost", ratio: 1 }, values: samples.of("memory") },
    { id: "memory", title: "memory, peak", unit: "MiB", target: undefined, values: samples.of("peak") },
  ];
}
