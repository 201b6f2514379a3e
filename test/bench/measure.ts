import type { Contestant } from "./contestants.ts";
import type { Session } from "./session.ts";
import type { BenchTree } from "./tree.ts";

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
  /** Throws unless the answer is the one that the tree must give, and the change that it tells of was made: a wrong answer is no fast answer. */
  verify(answer: string, session: Session): void;
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
  const first = await timed(session, async () => ({ calls: 1, last: await measure.run(session, tree) }));
  measure.verify(first.last, session);
  if (first.callsPerSecond < 1000 / measure.slice) return first;
  await repeat(measure, session, tree, measure.slice / 10);
  const counted = await timed(session, () => repeat(measure, session, tree, measure.slice));
  measure.verify(counted.last, session);
  return counted;
}

interface Calls {
  readonly calls: number;
  readonly last: string;
}

async function timed(session: Session, work: () => Promise<Calls>): Promise<Rate & Calls> {
  const processor = session.processor();
  const before = performance.now();
  const { calls, last } = await work();
  const callsPerSecond = (calls * 1000) / (performance.now() - before);
  const taken = session.processor();
  return { calls, last, callsPerSecond, processorMs: processor === undefined || taken === undefined ? undefined : ((taken - processor) * 1000) / calls };
}

async function repeat(measure: Measure, session: Session, tree: BenchTree, milliseconds: number): Promise<Calls> {
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
