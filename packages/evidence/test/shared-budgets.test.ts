import { describe, expect, test } from "vitest";
import { readCalls, type CallView, type Charge } from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { start, type Child } from "./child.ts";
import { allowed } from "./samples.ts";
import { openLog, reopen, scratch } from "./scratch.ts";
import { accounts, random, type Account } from "./shared-accounts.ts";
import { join } from "node:path";

/** What all calls together took from an account, as their records say. */
function takenBy(calls: readonly CallView[], { per, owner, resource }: Account): number {
  const states = calls.flatMap(({ budget }) => budget.filter((state) => state.per === per && state.owner === owner && state.resource === resource));
  return states.reduce((sum, { taken }) => sum + taken, 0);
}

/** What the database holds of an account; undefined: it was never touched. */
function heldIn(file: string, { per, owner, resource }: Account): number | undefined {
  const database = openSqlite(file, { readonly: true, busyMs: 1000 });
  try {
    const name = per === "owner" ? owner : `${per}/${owner}`;
    return database.pluck<number>("SELECT tokens FROM bucket WHERE owner = ? AND resource = ?").get(name, resource);
  } finally {
    database.close();
  }
}

/** Each account holds its limit less what the records say was taken from it, and what came back in the meantime; it was never overdrawn. */
function balance(file: string, sinceMs: number): readonly string[] {
  const calls = readCalls(file, {});
  return accounts.flatMap((account) => {
    const taken = takenBy(calls, account);
    const held = heldIn(file, account) ?? account.limit;
    // a day's window gives hardly anything back while a test runs, and what it gives is no more than this
    const refilled = (account.limit * (Date.now() - sinceMs)) / account.windowMs;
    const name = `${account.per} ${account.owner} ${account.resource}`;
    const exact = held - (account.limit - taken);
    return [
      ...(taken > account.limit + refilled ? [`${name}: ${taken} taken of ${account.limit}`] : []),
      ...(exact < -1e-6 || exact > refilled + 1e-6 ? [`${name}: holds ${held}, and ${taken} of ${account.limit} were taken`] : []),
    ];
  });
}

const seeds = Array.from({ length: 3 }, () => Math.floor(Math.random() * 2 ** 31));

describe("several budgets of one call, drawn on by several processes (B2)", () => {
  test.each(seeds)("are never overdrawn, and nothing is taken by a call that is refused, in random interleavings of seed %d", async (seed) => {
    const file = join(scratch(), "evidence.db");
    const began = Date.now();
    const children = Array.from({ length: 3 }, (_, index) => start("sharing-process.ts", [file, String(seed + index), "150", "6"]));
    await Promise.all(children.map((child) => child.ended()));
    expect(children.flatMap(({ lines }) => lines).filter((line) => line === "done")).toHaveLength(3);
    const calls = readCalls(file, {});
    expect(calls).toHaveLength(450);
    expect(calls.filter(({ code }) => code === "budget.exhausted").length).toBeGreaterThan(20);
    expect(balance(file, began)).toEqual([]);
  });

  test.each(seeds)("keep what calls of killed processes had reserved, and lose nothing at a restart, with seed %d (E2)", async (seed) => {
    const file = join(scratch(), "evidence.db");
    const began = Date.now();
    const next = random(seed);
    const children: Child[] = [];
    for (let round = 0; round < 3; round += 1) {
      const child = start("sharing-process.ts", [file, String(seed + round), "0", "8"]);
      children.push(child);
      await child.seen("ready");
      const enough = 10 + Math.floor(next() * 60);
      await new Promise<void>((resolve) => {
        const look = (): void => void (child.lines.length > enough && resolve());
        child.process.on("lines", look);
        look();
      });
      child.process.kill("SIGKILL");
      await child.ended();
      expect(balance(file, began)).toEqual([]);
    }
    const log = await reopen({ file });
    const decided = children.flatMap(({ lines }) => lines).filter((line) => line === "c").length;
    const calls = readCalls(file, {});
    expect(calls.length).toBeGreaterThanOrEqual(decided);
    // whoever opens the log next says of the open ones that nobody knows what they used: they keep it
    expect(calls.filter(({ outcome }) => outcome === "unfinished")).toEqual([]);
    expect(calls.filter(({ outcome }) => outcome === "unknown").length).toBeGreaterThan(0);
    expect(balance(file, began)).toEqual([]);
    await log.close();
  });
});

const charge = (per: Charge["per"], limit: number, amount = 1): Charge => ({ per, owner: "acme", resource: "calls", amount, limit, windowMs: 60_000 });

describe("one call and the budgets of several (B2, E6)", () => {
  test("names the one that it has to wait for longest, and shows them all as they were", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    await log.decide(allowed(), { charges: [charge("owner", 2), charge("tenant", 1), charge("lane", 9)] });
    const refused = await log.decide(allowed(), { charges: [charge("owner", 2, 2), charge("tenant", 1), charge("lane", 9)] });
    expect(refused).toMatchObject({ decision: "exhausted", budgetName: { per: "tenant", resource: "calls" }, retryAfterMs: 60_000 });
    expect(refused.decision === "exhausted" && refused.budget.map(({ per, taken, left }) => [per, taken, left])).toEqual([
      ["owner", 0, 1],
      ["tenant", 0, 0],
      ["lane", 0, 8],
    ]);
  });

  test("names the one that no waiting helps against before any other", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    await log.decide(allowed(), { charges: [charge("owner", 1)] });
    const refused = await log.decide(allowed(), { charges: [charge("owner", 1), charge("lane", 9, 10)] });
    expect(refused).toMatchObject({ budgetName: { per: "lane" }, retryAfterMs: Infinity });
  });

  test("an owner, a principal, a tenant and a lane of one name are four accounts", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    for (const per of ["owner", "principal", "tenant", "lane"] as const) {
      expect(await log.decide(allowed(), { charges: [charge(per, 1)] })).toMatchObject({ decision: "recorded" });
      expect(await log.decide(allowed(), { charges: [charge(per, 1)] })).toMatchObject({ decision: "exhausted", budgetName: { per } });
    }
  });

  test("gives nothing twice to a clock that goes back and forth, over a restart too", async () => {
    let now = 1_000_000_000;
    const both = { charges: [charge("owner", 6), charge("tenant", 4)] };
    let log = await openLog({ clock: () => now });
    let given = 0;
    const take = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) given += (await log.decide(allowed(), both)).decision === "recorded" ? 1 : 0;
    };
    await take();
    for (const move of [-3_600_000, 0, 3_590_000, -30_000]) {
      now += move;
      await log.close();
      log = await reopen({ file: log.file, clock: () => now });
      await take();
    }
    expect(given).toBe(4);
    now = 1_000_000_000 + 15_000;
    await take();
    expect(given).toBe(5);
  });
});
