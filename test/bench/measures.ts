import type { Contestant } from "./contestants.ts";
import type { Session } from "./session.ts";
import { listedFiles, searchedName, searchedText, searchHits, treeFiles, type BenchTree } from "./tree.ts";

/** One row of the benchmark: a call that is repeated for a slice of time, against a target of the issue. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  /** Calls in flight. */
  readonly inFlight: number;
  /** Milliseconds of one slice; at least one call is made whatever it takes. */
  readonly slice: number;
  /** How many times the calls per second of the faster official server ours must reach; undefined: not compared with them. */
  readonly target: number | undefined;
  /** Who takes part; the tools of the other rows are none of the floor's, content search only ours. */
  readonly roles: readonly Contestant["role"][];
  run(session: Session, tree: BenchTree): Promise<string>;
  /** Throws unless the answer is the one that the tree must give: a wrong answer is no fast answer. */
  verify(answer: string): void;
}

const both = ["ours", "official"] as const;

export const measures: readonly Measure[] = [
  read("read-4k", "read 4 KiB, one after the other", { inFlight: 1, target: 1.3, bytes: 4 * 1024, file: "small" }),
  read("read-4k-16", "read 4 KiB, 16 in flight", { inFlight: 16, target: 2, bytes: 4 * 1024, file: "small" }),
  read("read-1m", "read 1 MiB", { inFlight: 1, target: 2, bytes: 1024 * 1024, file: "large" }),
  {
    id: "list",
    title: "list of 1,000",
    inFlight: 1,
    slice: 700,
    target: 3,
    roles: both,
    run: (session, tree) => session.call("list_directory", { path: tree.listed }),
    verify: (answer) => same("entries", answer.match(/^\[FILE\] /gm)?.length, listedFiles),
  },
  {
    id: "list-sizes",
    title: "list of 1,000 with sizes",
    inFlight: 1,
    slice: 700,
    target: 5,
    roles: both,
    run: (session, tree) => session.call("list_directory_with_sizes", { path: tree.listed }),
    verify: (answer) => same("entries", answer.match(/^\[FILE\] /gm)?.length, listedFiles),
  },
  {
    id: "tree",
    title: "tree of 5,000",
    inFlight: 1,
    slice: 700,
    target: 2,
    roles: both,
    run: (session, tree) => session.call("directory_tree", { path: tree.tree }),
    verify: (answer) => same("files", answer.match(/"type": ?"file"/g)?.length, treeFiles),
  },
  {
    id: "search-names",
    title: "search_files over 50,000",
    inFlight: 1,
    slice: 700,
    target: 20,
    roles: both,
    run: (session, tree) => session.call("search_files", { path: tree.searched, pattern: `**/${searchedName}` }),
    verify: (answer) => same("hits", answer.split("\n").filter((line) => line.endsWith(`/${searchedName}`)).length, searchHits),
  },
  {
    id: "search-text",
    title: "content search over 50,000",
    inFlight: 1,
    slice: 1000,
    target: undefined,
    roles: ["ours"],
    run: (session, tree) => session.call("search_file_contents", { path: tree.searched, pattern: searchedText, limit: 1000 }),
    verify: (answer) => same("hits", answer.split(searchedText).length - 1, searchHits),
  },
];

function read(id: string, title: string, options: { inFlight: number; target: number; bytes: number; file: "small" | "large" }): Measure {
  return {
    id,
    title,
    inFlight: options.inFlight,
    slice: 700,
    target: options.target,
    roles: options.file === "small" ? [...both, "floor"] : both,
    run: (session, tree) => session.call("read_text_file", { path: tree[options.file] }),
    verify: (answer) => same("bytes", Buffer.byteLength(answer), options.bytes),
  };
}

function same(what: string, got: number | undefined, expected: number): void {
  if ((got ?? 0) !== expected) throw new Error(`the answer has ${got ?? 0} ${what}, not ${expected}`);
}

export interface Rate {
  readonly callsPerSecond: number;
  /** Milliseconds of processor time that the server took for one call: says more than the clock on a busy machine. */
  readonly processorMs: number | undefined;
}

/**
 * Measures one slice. The first call and a tenth of the slice warm up and are not counted, unless one call alone fills
 * the slice: then it is the measurement. The last answer is verified after the clock stops.
 */
export async function rateOf(measure: Measure, session: Session, tree: BenchTree): Promise<Rate> {
  const first = await timed(session, async () => {
    measure.verify(await measure.run(session, tree));
    return 1;
  });
  if (first.callsPerSecond < 1000 / measure.slice) return first;
  await repeat(measure, session, tree, measure.slice / 10);
  return timed(session, async () => {
    const { calls, last } = await repeat(measure, session, tree, measure.slice);
    measure.verify(last);
    return calls;
  });
}

async function timed(session: Session, work: () => Promise<number>): Promise<Rate> {
  const processor = session.processor();
  const before = performance.now();
  const calls = await work();
  const callsPerSecond = (calls * 1000) / (performance.now() - before);
  const taken = session.processor();
  return { callsPerSecond, processorMs: processor === undefined || taken === undefined ? undefined : ((taken - processor) * 1000) / calls };
}

async function repeat(measure: Measure, session: Session, tree: BenchTree, milliseconds: number): Promise<{ readonly calls: number; readonly last: string }> {
  const end = performance.now() + milliseconds;
  let calls = 0;
  let last = "";
  const lane = async () => {
    do {
      last = await measure.run(session, tree);
      calls += 1;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: measure.inFlight }, lane));
  return { calls, last };
}
