import { takeFrom, type Bucket, type LoopLimit } from "@postern/policy";

/** Calls of one caller that are remembered; of more, the one that was not made for longest is forgotten. */
const remembered = 256;
/** Calls back within which a cycle is seen: A-B-A-B, and up to eight different ones in turn. */
const longestCycle = 8;
/** Milliseconds of the first cool-down; each further one is twice as long, up to the last. */
const firstCoolDownMs = 5_000;
const longestCoolDownMs = 5 * 60_000;

export type Loop = { readonly sort: "identical" | "cycle"; readonly retryAfterMs: number };

interface Counter {
  bucket: Bucket | undefined;
  /** Cool-downs in a row. */
  offences: number;
  /** Until when its calls are refused. */
  until: number;
  sort: Loop["sort"];
}

interface Caller {
  readonly calls: Map<string, Counter>;
  readonly cycle: Counter;
  /** The keys of the last calls, newest first. */
  readonly last: string[];
  /** How many of the latest calls repeat the one so many calls before, by that distance. */
  readonly runs: number[];
  /** Until when anything of this caller may be cooling down. */
  until: number;
}

/**
 * Tells when a caller repeats itself. A call is a key; each key has a token bucket of `limit` per window, and so have all calls
 * together that go round in a cycle. Who finds it empty cools down: 5 s, then twice as long each time, 5 minutes at most.
 * Refused calls meanwhile change nothing, so that whoever waits as long as told gets on. A window without an offence
 * after a cool-down, and the next one is the first again.
 *
 * Guarantees: a caller that makes a call less often than the limit is never refused it; nothing of one caller counts
 * for another; memory is bounded by the number of callers. Holes: it lives in the process, so that a restart or another policy
 * forgets it, and servers do not share it; a caller that makes 256 other calls that count is forgiven. Budgets have neither hole.
 */
export class LoopWatch {
  readonly #limit: LoopLimit;
  readonly #callers = new Map<string, Caller>();

  constructor(limit: LoopLimit) {
    this.#limit = limit;
  }

  /** Whether anything of the caller may be cooling down: cheap enough to be asked for every call. */
  mayHold(caller: string, now: number): boolean {
    const known = this.#callers.get(caller);
    return known !== undefined && now < known.until;
  }

  /** The loop that a call belongs to while it cools down. Counts nothing. */
  held(caller: string, key: string, now: number): Loop | undefined {
    const counter = this.#callers.get(caller)?.calls.get(key);
    return counter === undefined || now >= counter.until ? undefined : { sort: counter.sort, retryAfterMs: counter.until - now };
  }

  /** Counts one call. A loop: it is one too many. */
  count(caller: string, key: string, now: number): Loop | undefined {
    const known = this.#caller(caller);
    const counter = touched(known, key);
    const cooling = this.held(caller, key, now);
    if (cooling !== undefined) return cooling;
    const period = follow(known, key);
    if (this.#take(counter, now)) {
      // a cycle is one only after its first round
      if (period === undefined || this.#take(known.cycle, now)) return undefined;
      const until = cool(known.cycle, now, this.#limit.windowMs);
      for (const member of new Set(known.last.slice(0, period))) Object.assign(touched(known, member), { until, sort: "cycle" });
      known.until = Math.max(known.until, until);
      return { sort: "cycle", retryAfterMs: until - now };
    }
    const until = cool(counter, now, this.#limit.windowMs);
    counter.sort = "identical";
    known.until = Math.max(known.until, until);
    return { sort: "identical", retryAfterMs: until - now };
  }

  #take(counter: Counter, now: number): boolean {
    const { taken, bucket } = takeFrom(counter.bucket, { amount: 1, ...this.#limit }, now);
    counter.bucket = bucket;
    return taken;
  }

  #caller(name: string): Caller {
    const known = this.#callers.get(name);
    if (known !== undefined) return known;
    const made: Caller = { calls: new Map(), cycle: fresh(), last: [], runs: [], until: 0 };
    this.#callers.set(name, made);
    return made;
  }
}

function fresh(): Counter {
  return { bucket: undefined, offences: 0, until: 0, sort: "identical" };
}

/** The counter of a call, now the newest; the oldest goes where there are too many. */
function touched({ calls }: Caller, key: string): Counter {
  const counter = calls.get(key) ?? fresh();
  calls.delete(key);
  calls.set(key, counter);
  const [oldest] = calls.keys();
  if (calls.size > remembered && oldest !== undefined) calls.delete(oldest);
  return counter;
}

/** Takes the call into the sequence; tells the period of the cycle that it goes on with. One call over and over is none. */
function follow({ last, runs }: Caller, key: string): number | undefined {
  let period: number | undefined;
  for (let distance = 2; distance <= longestCycle; distance += 1) {
    const run = last[distance - 1] === key ? (runs[distance] ?? 0) + 1 : 0;
    runs[distance] = run;
    if (period === undefined && run >= distance && last.slice(0, distance).some((other) => other !== key)) period = distance;
  }
  last.unshift(key);
  if (last.length > longestCycle) last.pop();
  return period;
}

/** Starts a cool-down; tells its end. */
function cool(counter: Counter, now: number, quietMs: number): number {
  if (now - counter.until >= quietMs) counter.offences = 0;
  counter.until = now + Math.min(longestCoolDownMs, firstCoolDownMs * 2 ** counter.offences);
  counter.offences += 1;
  return counter.until;
}
