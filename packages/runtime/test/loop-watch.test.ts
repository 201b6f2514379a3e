import { describe, expect, test } from "vitest";
import { LoopWatch } from "../src/loop-watch.ts";

const perMinute = { limit: 6, windowMs: 60_000 };

/** Makes the calls one by one, `gapMs` apart; tells of each what it met: `.`, or the seconds of its cool-down. */
function made(watch: LoopWatch, keys: string, { at = 0, gapMs = 1, caller = "me" } = {}): readonly (string | number)[] {
  return Array.from(keys, (key, index) => {
    const loop = watch.count(caller, key, at + index * gapMs);
    return loop === undefined ? "." : Math.ceil(loop.retryAfterMs / 1000);
  });
}

describe("who makes the same call over and over (B2)", () => {
  test("is stopped at the limit, and whoever waits as long as told gets on", () => {
    const watch = new LoopWatch(perMinute);
    expect(made(watch, "aaaaaaa")).toEqual([".", ".", ".", ".", ".", ".", 5]);
    expect(watch.held("me", "a", 5005)).toEqual({ sort: "identical", retryAfterMs: 1 });
    expect(watch.held("me", "a", 5006)).toBeUndefined();
    // half a call has come back in 5 s; nothing is given before there is a whole one
    expect(made(watch, "a", { at: 10_100 })).toEqual(["."]);
  });

  test("cools down twice as long each time, five minutes at most, and from the start after a quiet window", () => {
    const watch = new LoopWatch({ limit: 1, windowMs: 60_000 });
    const waits: number[] = [];
    let now = 0;
    for (let round = 0; round < 9; round += 1) {
      let loop = watch.count("me", "a", now);
      while (loop === undefined) loop = watch.count("me", "a", (now += 1));
      waits.push(Math.round(loop.retryAfterMs / 1000));
      now += loop.retryAfterMs;
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    now += 60_000;
    expect(made(watch, "aa", { at: now })).toEqual([".", 5]);
  });

  test("does not make it longer by calling meanwhile", () => {
    const watch = new LoopWatch(perMinute);
    made(watch, "aaaaaaa");
    expect(made(watch, "a".repeat(1000), { at: 100, gapMs: 4 }).at(-1)).toBe(1);
    expect(watch.held("me", "a", 5006)).toBeUndefined();
  });

  test("is stopped in that call alone, and nobody else is", () => {
    const watch = new LoopWatch(perMinute);
    made(watch, "aaaaaaa");
    expect(made(watch, "b", { at: 10 })).toEqual(["."]);
    expect(made(watch, "a", { at: 10, caller: "you" })).toEqual(["."]);
    expect([watch.mayHold("me", 10), watch.mayHold("you", 10), watch.mayHold("nobody", 10)]).toEqual([true, false, false]);
    expect(watch.mayHold("me", 6000)).toBe(false);
  });

  test("is never stopped below the limit, for however long", () => {
    const watch = new LoopWatch(perMinute);
    expect(new Set(made(watch, "a".repeat(10_000), { gapMs: 10_000 }))).toEqual(new Set(["."]));
  });
});

describe("who goes round in a cycle (B2)", () => {
  test.each(["ab", "abc", "aab", "abcdefgh"])("of %s is stopped in all of it, sooner than in each call by itself", (cycle) => {
    const watch = new LoopWatch({ limit: 20, windowMs: 60_000 });
    const met = made(watch, cycle.repeat(40));
    const first = met.indexOf(5);
    expect(first).toBeGreaterThanOrEqual(20);
    expect(first).toBeLessThan(20 + 3 * cycle.length);
    const now = met.length + 100;
    for (const key of new Set(cycle)) expect(watch.held("me", key, now)).toMatchObject({ sort: "cycle" });
    expect(watch.held("me", "z", now)).toBeUndefined();
    expect(made(watch, "z", { at: now })).toEqual(["."]);
  });

  test("is not thought to where calls repeat among ever new ones", () => {
    const watch = new LoopWatch(perMinute);
    const mixed = Array.from({ length: 5 }, (_, round) => `ab${String.fromCharCode(0x4e00 + round)}`).join("");
    expect(new Set(made(watch, mixed))).toEqual(new Set(["."]));
  });
});

test("remembers a bounded number of calls of each caller, the latest ones", () => {
  const watch = new LoopWatch({ limit: 1, windowMs: 3_600_000 });
  made(watch, "aa");
  const others = Array.from({ length: 255 }, (_, index) => String.fromCharCode(0x4e00 + index)).join("");
  made(watch, others, { at: 10 });
  expect(watch.held("me", "a", 1000)).toBeDefined();
  made(watch, "z", { at: 1000 });
  expect(watch.held("me", "a", 1001)).toBeUndefined();
});
