import { readers, writers, type Contestant } from "./contestants.ts";
import { Ground } from "./ground.ts";
import type { Measure } from "./measure.ts";
import { readMeasures } from "./read-measures.ts";
import type { BenchTree } from "./tree.ts";
import { makeWriteGround, writeMeasures } from "./write-measures.ts";

/** One server of ours, with those that it is measured beside. Suites run in processes of their own: no row of one shows in the figures of another. */
export interface Suite {
  readonly server: string;
  readonly contestants: readonly Contestant[];
  readonly measures: readonly Measure[];
  /** Whether its calls are about the generated tree, which takes a while to make. */
  readonly onTree: boolean;
  /** Whether its start-up and its memory are rows as well. */
  readonly ofProcess: boolean;
  makeGround(place: string, contestant: Contestant, tree: BenchTree): Ground;
}

export const suites: readonly Suite[] = [
  {
    server: "filesystem-read",
    contestants: readers,
    measures: readMeasures,
    onTree: true,
    ofProcess: true,
    makeGround: (place, contestant, tree) => new Ground(place, contestant, tree.root),
  },
  { server: "filesystem-write", contestants: writers, measures: writeMeasures, onTree: false, ofProcess: false, makeGround: makeWriteGround },
];

/** What `--only` may name. */
export function rowIds({ ofProcess, measures }: Suite): readonly string[] {
  return [...(ofProcess ? ["startup", "memory"] : []), ...measures.map(({ id }) => id)];
}

export function oursIn({ contestants }: Suite): Contestant {
  const ours = contestants.find(({ role }) => role === "ours");
  if (ours === undefined) throw new Error("a suite without a server of ours");
  return ours;
}
