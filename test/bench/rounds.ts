import type { Contestant } from "./contestants.ts";
import type { Ground } from "./ground.ts";
import { rateOf } from "./measure.ts";
import { ripgrepSeconds } from "./ripgrep.ts";
import { Samples } from "./samples.ts";
import { openSession, type Session } from "./session.ts";
import type { Suite } from "./suites.ts";
import type { BenchTree } from "./tree.ts";

export interface RoundsOptions {
  readonly rounds: number;
  readonly place: string;
  readonly cache: string;
  readonly tree: BenchTree;
  /** Whether ripgrep is there to be compared with. */
  readonly ripgrep: boolean;
  wants(id: string): boolean;
  say(text: string): void;
}

/** One suite under way. */
interface Course {
  readonly suite: Suite;
  readonly samples: Samples;
  readonly grounds: ReadonlyMap<Contestant, Ground>;
}

/** What each suite gave, over all rounds. */
export async function measured(suites: readonly Suite[], options: RoundsOptions): Promise<ReadonlyMap<Suite, Samples>> {
  const { rounds, place, tree, cache, say } = options;
  const courses = suites.map((suite): Course => {
    const grounds = new Map(suite.contestants.map((contestant) => [contestant, suite.makeGround(place, contestant, tree)]));
    return { suite, samples: new Samples(), grounds };
  });
  // one start each that is not counted: the files are then in memory, and a server that keeps compiled code has it.
  for (const { grounds } of courses) for (const [contestant, ground] of grounds) await (await openSession(contestant, ground, { cache })).close();

  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    for (const course of courses) await playRound(round, course, options);
  }
  return new Map(courses.map(({ suite, samples }) => [suite, samples]));
}

async function playRound(round: number, { suite, samples, grounds }: Course, { tree, cache, ripgrep, wants }: RoundsOptions): Promise<void> {
  // each round starts with another contestant, so that what drifts over time hits all alike.
  const all = [...grounds];
  const first = round % all.length;
  const sessions: Session[] = [];
  try {
    for (const [contestant, ground] of [...all.slice(first), ...all.slice(0, first)]) {
      const session = await openSession(contestant, ground, { cache });
      sessions.push(session);
      samples.note("startup", contestant.name, session.startup);
    }
    for (const measure of suite.measures.filter(({ id }) => wants(id))) {
      for (const session of sessions) {
        if (!measure.roles.includes(session.contestant.role)) continue;
        const rate = await rateOf(measure, session, tree);
        samples.note(measure.id, session.contestant.name, measure.target === undefined ? 1 / rate.callsPerSecond : rate.callsPerSecond);
        if (rate.processorMs !== undefined) samples.note(`${measure.id} cpu`, session.contestant.name, rate.processorMs);
      }
      if (measure.id === "search-text" && ripgrep) samples.note(measure.id, "ripgrep", ripgrepSeconds(tree));
    }
    for (const session of sessions) {
      const memory = session.memory();
      if (memory === undefined || session.contestant.role === "floor") continue;
      samples.note("memory", session.contestant.name, memory.now);
      samples.note("peak", session.contestant.name, memory.peak);
    }
  } finally {
    for (const session of sessions) await session.close();
  }
}
