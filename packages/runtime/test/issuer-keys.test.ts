import { exportJWK, generateKeyPair, type JWK } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import type { FetchedKeys } from "../src/http/tokens/fetch-keys.ts";
import { IssuerKeys, type Keys, keyTimes } from "../src/http/tokens/issuer-keys.ts";

const named = async (kid: string): Promise<JWK> => ({ ...(await exportJWK((await generateKeyPair("ES256")).publicKey)), kid, alg: "ES256" });
const [one, two] = [await named("one"), await named("two")];

/** An issuer whose answers, and a clock whose time, are the test's. */
let now: number;
let looks: number;
let answer: () => Promise<FetchedKeys> | FetchedKeys;
let told: string[];
let keys: IssuerKeys;

const has = (...those: readonly JWK[]): FetchedKeys => ({ outcome: "keys", keys: those });
const away: FetchedKeys = { outcome: "failed", reason: "away" };

beforeEach(() => {
  now = 1_000_000_000_000;
  looks = 0;
  told = [];
  answer = () => has(one);
  keys = new IssuerKeys({
    fetch: async () => {
      looks += 1;
      return answer();
    },
    tell: (reason) => told.push(reason),
    now: () => now,
  });
});

const knows = (known: Keys | undefined, kid: string): Promise<boolean> =>
  Promise.resolve(known?.({ alg: "ES256", kid }, { payload: "", signature: "" })).then(
    (key) => key !== undefined,
    () => false,
  );
const known = async (kid: string): Promise<boolean> => knows(await keys.current(), kid);

describe("keys are looked for", () => {
  test("once in ten minutes, however many ask, and at once by all who come together (P4)", async () => {
    await Promise.all(Array.from({ length: 100 }, () => keys.current()));
    now += keyTimes.fresh - 1;
    await keys.current();
    expect(looks).toBe(1);
    now += 1;
    await Promise.all(Array.from({ length: 100 }, () => keys.current()));
    expect(looks).toBe(2);
  });

  test("so that one that was taken back is refused when its time is over, and not before (P4)", async () => {
    await keys.current();
    answer = () => has(two);
    now += keyTimes.fresh - 1;
    expect(await known("one")).toBe(true);
    now += 1;
    expect([await known("one"), await known("two")]).toEqual([false, true]);
  });

  test("so that an issuer which takes all of them back has none (S4)", async () => {
    await keys.current();
    answer = () => has();
    now += keyTimes.fresh;
    expect(await known("one")).toBe(false);
  });

  test("again at once for one that is not known, and then not again for half a minute, whoever asks (P4)", async () => {
    const first = (await keys.current()) ?? expect.unreachable("no keys");
    answer = () => has(two);
    const newer = await Promise.all(Array.from({ length: 100 }, () => keys.newerThan(first)));
    expect(looks).toBe(2);
    for (const each of newer) expect(await knows(each, "two")).toBe(true);
    const second = newer[0] ?? expect.unreachable("no newer keys");
    for (let at = 0; at < 100; at += 1) expect(await keys.newerThan(second)).toBeUndefined();
    now += keyTimes.unknown - 1;
    expect(await keys.newerThan(second)).toBeUndefined();
    expect(looks).toBe(2);
    now += 1;
    expect(await keys.newerThan(second)).toBeDefined();
    expect(looks).toBe(3);
    // Who still holds old ones needs no look of its own.
    expect(await knows(await keys.newerThan(first), "two")).toBe(true);
    expect(looks).toBe(3);
  });
});

describe("an issuer that is away", () => {
  test("leaves its last keys in force for an hour, and no longer (P4, S4)", async () => {
    await keys.current();
    const since = now;
    answer = () => away;
    for (const after of [keyTimes.fresh, 30 * 60_000, keyTimes.usable - 1]) {
      now = since + after;
      expect(await known("one")).toBe(true);
    }
    now = since + keyTimes.usable;
    expect(await keys.current()).toBeUndefined();
    answer = () => has(two);
    expect(await keys.current()).toBeUndefined();
    now += keyTimes.failed;
    expect([await known("one"), await known("two")]).toEqual([false, true]);
  });

  test("is asked again after five seconds, and nobody waits for it meanwhile", async () => {
    answer = () => away;
    for (let at = 0; at < 100; at += 1) expect(await keys.current()).toBeUndefined();
    expect(looks).toBe(1);
    now += keyTimes.failed;
    answer = () => has(one);
    expect(await known("one")).toBe(true);
    expect(looks).toBe(2);
  });

  test("is told once a minute", async () => {
    answer = () => away;
    for (const after of [0, 10_000, 20_000, 59_000, 64_000, 119_000, 125_000]) {
      now = 1_000_000_000_000 + after;
      await keys.current();
    }
    expect(told).toEqual(["away", "away", "away"]);
    expect(looks).toBe(7);
  });

  test("keeps 256 waiting, and gives the others what there is (N5)", async () => {
    await keys.current();
    now += keyTimes.fresh;
    let answerAll: ((fetched: FetchedKeys) => void) | undefined;
    answer = () => new Promise((resolve) => (answerAll = resolve));
    let settled = 0;
    const all = Array.from({ length: 300 }, () =>
      keys.current().then((found) => {
        settled += 1;
        return found;
      }),
    );
    const late = await all.at(-1);
    expect([await knows(late, "one"), settled]).toEqual([true, 44]);
    answerAll?.(has(two));
    const first = await all[0];
    expect([await knows(first, "two"), looks]).toEqual([true, 2]);
    await Promise.all(all);
  });

  test("fails closed where a look breaks, and says no more than that", async () => {
    answer = () => Promise.reject(new Error("secret internals"));
    expect(await keys.current()).toBeUndefined();
    expect(told).toEqual(["internal"]);
  });
});

test("a clock that is set back makes no old key young (P4)", async () => {
  await keys.current();
  answer = () => has(two);
  now -= 5 * 60_000;
  expect([await known("one"), await known("two")]).toEqual([false, true]);
});
