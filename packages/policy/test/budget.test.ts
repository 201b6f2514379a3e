import { expect, test } from "vitest";
import { giveBack, takeFrom, type Bucket } from "../src/bucket.ts";
import { parseBudgetLimit } from "../src/budget.ts";

test.for([
  ["calls", "600/minute", 600, 60_000],
  ["calls", "1/second", 1, 1000],
  ["calls", "5000/hour", 5000, 3_600_000],
  ["calls", "10/day", 10, 86_400_000],
  ["bytes", "500MB/hour", 500_000_000, 3_600_000],
  ["bytes", "64KiB/second", 65_536, 1000],
  ["bytes", "2GiB/day", 2_147_483_648, 86_400_000],
  ["bytes", "12B/minute", 12, 60_000],
] as const)("reads a limit of %s as in %s", ([resource, text, limit, windowMs]) => {
  expect(parseBudgetLimit(resource, text)).toEqual({ resource, limit, windowMs });
});

test.for([
  ["calls", ""],
  ["calls", "0/minute"],
  ["calls", "-1/minute"],
  ["calls", "1.5/minute"],
  ["calls", "600"],
  ["calls", "600/minutes"],
  ["calls", "600 / minute"],
  ["calls", "600k/minute"],
  ["calls", "600/toString"],
  ["calls", "9999999999999999/day"],
  ["bytes", "500/hour"],
  ["bytes", "500mb/hour"],
  ["bytes", "500TB/hour"],
  ["bytes", "999999999999999GB/day"],
  ["bytes", "1e9B/day"],
] as const)("refuses %s of %j with a hint, and never reads it as no limit (S4)", ([resource, text]) => {
  expect(parseBudgetLimit(resource, text)).toEqual(expect.any(String));
});

const perMinute = { limit: 60, windowMs: 60_000 };

test("gives what a full bucket holds and no more, and says when more will be there (B2)", () => {
  let bucket: Bucket | undefined;
  for (let call = 0; call < 60; call++) {
    const taken = takeFrom(bucket, { amount: 1, ...perMinute }, 1000);
    expect(taken.taken).toBe(true);
    bucket = taken.bucket;
  }
  const refused = takeFrom(bucket, { amount: 1, ...perMinute }, 1000);
  expect(refused).toEqual({ taken: false, bucket: { tokens: 0, at: 1000 }, retryAfterMs: 1000 });
  expect(takeFrom(refused.bucket, { amount: 1, ...perMinute }, 1999).taken).toBe(false);
  expect(takeFrom(refused.bucket, { amount: 1, ...perMinute }, 2000).taken).toBe(true);
});

test("a clock that goes back refills nothing, and the wait counts the time that has to pass again (B2)", () => {
  const empty = { tokens: 0, at: 100_000 };
  const refused = takeFrom(empty, { amount: 1, ...perMinute }, 40_000);
  expect(refused).toEqual({ taken: false, bucket: empty, retryAfterMs: 61_000 });
  expect(takeFrom(empty, { amount: 1, ...perMinute }, 40_000 + 61_000).taken).toBe(true);
});

test("a clock that was far ahead for a moment locks a budget for one window and gives nothing twice (B2)", () => {
  const year = 365 * 24 * 3600 * 1000;
  const ahead = takeFrom({ tokens: 1, at: 1000 }, { amount: 60, ...perMinute }, year);
  const back = takeFrom(ahead.bucket, { amount: 1, ...perMinute }, 2000);
  expect(back).toEqual({ taken: false, bucket: { tokens: 0, at: 62_000 }, retryAfterMs: 61_000 });
  expect(takeFrom(back.bucket, { amount: 1, ...perMinute }, 63_000).taken).toBe(true);
  expect(takeFrom(back.bucket, { amount: 2, ...perMinute }, 63_000).taken).toBe(false);
});

test("never gives a charge above the whole limit, however long one waits", () => {
  expect(takeFrom(undefined, { amount: 61, ...perMinute }, 0)).toMatchObject({ taken: false, retryAfterMs: Infinity });
  expect(takeFrom({ tokens: 60, at: 0 }, { amount: 61, ...perMinute }, 1e15).taken).toBe(false);
});

test("a limit that was lowered applies at once", () => {
  expect(takeFrom({ tokens: 1000, at: 5 }, { amount: 61, ...perMinute }, 5).taken).toBe(false);
});

test.for([
  ["a debt from before there was an end to it", -12_000, perMinute, 0, 61_000],
  ["a debt under a limit that was lowered", -600, perMinute, 0, 61_000],
  ["a debt under a limit that was raised", -60, { limit: 600, windowMs: 60_000 }, 0, 6_100],
  ["a debt, and a clock that went back", -12_000, perMinute, -5_000, 66_000],
] as const)("%s is paid within a window (B2)", ([, tokens, charged, later, wait]) => {
  const refused = takeFrom({ tokens, at: 100_000 }, { amount: 1, ...charged }, 100_000 + later);
  expect(refused).toMatchObject({ taken: false, retryAfterMs: wait });
  expect(takeFrom({ tokens, at: 100_000 }, { amount: 1, ...charged }, 100_000 + later + wait).taken).toBe(true);
});

test.for<readonly [string, number]>([
  ["NaN", Number.NaN],
  ["a negative amount", -1],
  ["infinity", Infinity],
])("throws on a charge of %s instead of giving it (S4)", ([, amount]) => {
  expect(() => takeFrom(undefined, { amount, ...perMinute }, 0)).toThrow(RangeError);
  expect(() => takeFrom(undefined, { amount: 1, limit: amount, windowMs: 1 }, 0)).toThrow(RangeError);
});

test("gives back what was not used, takes what was used beyond it, and never fills above the limit", () => {
  expect(giveBack({ tokens: 10, at: 7 }, 60, 5)).toEqual({ tokens: 15, at: 7 });
  expect(giveBack({ tokens: 58, at: 7 }, 60, 5)).toEqual({ tokens: 60, at: 7 });
  expect(giveBack({ tokens: 2, at: 7 }, 60, -5)).toEqual({ tokens: -3, at: 7 });
  expect(giveBack({ tokens: 2, at: 7 }, 60, -5_000_000)).toEqual({ tokens: -60, at: 7 });
  expect(() => giveBack({ tokens: 2, at: 7 }, 60, Number.NaN)).toThrow(RangeError);
});

test("whatever the clock and the charges do, no stretch of time gives more than the limit and its refill (B2)", () => {
  let seed = 42;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  for (let round = 0; round < 200; round++) {
    const limit = 1 + Math.floor(random() * 50);
    const windowMs = 1000 + Math.floor(random() * 10_000);
    let bucket: Bucket | undefined;
    let [now, given] = [1_000_000, 0];
    let [first, latest] = [Infinity, 0];
    for (let step = 0; step < 200; step++) {
      // One step in five goes back.
      now += Math.floor((random() - 0.2) * 500);
      if (first === Infinity) first = now;
      latest = Math.max(latest, now);
      const amount = Math.floor(random() * 4);
      const taken = takeFrom(bucket, { amount, limit, windowMs }, now);
      bucket = taken.bucket;
      if (taken.taken) given += amount;
      const waited = !taken.taken && amount <= limit ? takeFrom(bucket, { amount, limit, windowMs }, now + taken.retryAfterMs) : taken;
      expect(waited.taken).toBe(amount <= limit);
      expect(bucket.tokens).toBeLessThanOrEqual(limit);
    }
    const most = limit + ((latest - first) * limit) / windowMs;
    expect(given, `round ${round}`).toBeLessThanOrEqual(most + 1e-6);
  }
});
