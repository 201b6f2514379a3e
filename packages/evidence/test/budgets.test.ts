import { describe, expect, test } from "vitest";
import { readCalls, type Reservation, type SqliteEvidenceLog } from "../src/index.ts";
import { leaves } from "./leaves.ts";
import { allowed, calls, denied, outcome } from "./samples.ts";
import { openLog, reopen } from "./scratch.ts";

const minute = 60_000;
function both(callLimit: number, bytes: number, byteLimit: number): Reservation {
  return {
    charges: [
      { per: "owner", owner: "me", resource: "calls", amount: 1, limit: callLimit, windowMs: minute },
      { per: "owner", owner: "me", resource: "bytes", amount: bytes, limit: byteLimit, windowMs: minute },
    ],
  };
}

async function decisions(log: SqliteEvidenceLog, count: number, reservation: Reservation): Promise<readonly string[]> {
  const decided = await Promise.all(
    Array.from({ length: count }, () => log.decide(allowed({ quotaOwner: reservation.charges[0]?.owner ?? null }), reservation)),
  );
  return decided.map((each) => each.decision);
}

describe("a budget (B2)", () => {
  test("gives its limit and no more, to calls of one transaction and of several", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    expect(await decisions(log, 8, calls(5))).toEqual([...Array.from({ length: 5 }, () => "recorded"), "exhausted", "exhausted", "exhausted"]);
    expect(await decisions(log, 1, calls(5))).toEqual(["exhausted"]);
  });

  test("tells when to try again, and gives again then", async () => {
    let now = 1_000_000;
    const log = await openLog({ clock: () => now });
    await decisions(log, 6, calls(6, "me", minute));
    const refused = await log.decide(allowed(), calls(6, "me", minute));
    expect(refused).toMatchObject({ decision: "exhausted", budgetName: { per: "owner", resource: "calls" }, retryAfterMs: 10_000 });
    now += 9999;
    expect(await decisions(log, 1, calls(6, "me", minute))).toEqual(["exhausted"]);
    now += 1;
    expect(await decisions(log, 2, calls(6, "me", minute))).toEqual(["recorded", "exhausted"]);
  });

  test("a clock that goes back refills nothing", async () => {
    let now = 1_000_000;
    const log = await openLog({ clock: () => now });
    await decisions(log, 2, calls(2));
    now -= 900_000;
    expect(await decisions(log, 1, calls(2))).toEqual(["exhausted"]);
  });

  test("takes all charges of a call or none", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    expect(await decisions(log, 1, both(2, 600, 1000))).toEqual(["recorded"]);
    expect(await decisions(log, 3, both(2, 600, 1000))).toEqual(["exhausted", "exhausted", "exhausted"]);
    // the refused calls took no `calls`
    expect(await decisions(log, 2, both(2, 400, 1000))).toEqual(["recorded", "exhausted"]);
  });

  test("owners have their own, and cards of one owner share it", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    await decisions(log, 2, calls(2, "me"));
    expect(await decisions(log, 1, calls(2, "other"))).toEqual(["recorded"]);
    expect(await decisions(log, 1, both(2, 1, 10))).toEqual(["recorded"]);
    expect(await decisions(log, 1, calls(2, "me"))).toEqual(["exhausted"]);
  });

  test("outlasts a restart", async () => {
    const clock = (): number => 1_000_000;
    const log = await openLog({ clock });
    await decisions(log, 3, calls(4));
    await log.close();
    expect(await decisions(await reopen({ file: log.file, clock }), 2, calls(4))).toEqual(["recorded", "exhausted"]);
  });

  test.each([
    ["gives back what was not used", 100, 900],
    ["keeps what was reserved and used", 600, 400],
    ["takes what was used beyond, below nothing if a write did it, without the answer that is held back", 1500, -400],
  ])("%s", async (_name, bytes, left) => {
    const log = await openLog({ clock: () => 1_000_000 });
    const decided = await log.decide(allowed({ effect: "write" }), both(10, 600, 1000));
    if (decided.decision !== "recorded") throw new Error("the budget is fresh");
    await log.settle(decided.committed, outcome({ spent: { bytes }, bytesOut: 100 }));
    const [call] = readCalls(log.file, {});
    expect(call?.budget).toMatchObject([
      { resource: "calls", taken: 1, left: 9 },
      { resource: "bytes", taken: 1000 - left, left },
    ]);
    expect(await decisions(log, 1, both(10, 401, 1000))).toEqual([left >= 401 ? "recorded" : "exhausted"]);
  });

  test("what calls that run at once read never adds up to more than it (B2, E6)", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    const decided = await Promise.all(Array.from({ length: 8 }, () => log.decide(allowed(), both(10, 100, 1000))));
    const settled = await Promise.all(
      decided.map((each) => {
        if (each.decision !== "recorded") throw new Error("there is room for every estimate");
        return log.settle(each.committed, outcome({ spent: { calls: 1, bytes: 250 }, bytesOut: 250 }));
      }),
    );
    // what one that is held back had reserved is there for the next one, until all of it is answered
    expect(settled.filter(({ exceeded }) => exceeded === undefined)).toHaveLength(4);
    expect(settled[1]?.exceeded).toEqual({ per: "owner", resource: "bytes", retryAfterMs: 6000 });
    expect(readCalls(log.file, { outcome: "ok" }).reduce((sum, { bytes_out }) => sum + (bytes_out ?? 0), 0)).toBe(1000);
    const held = readCalls(log.file, { code: "budget.exhausted" });
    expect(held).toHaveLength(4);
    expect(held[0]).toMatchObject({
      decision: "allow",
      outcome: "failed",
      bytes_out: 0,
      budget: [
        { resource: "calls", taken: 1 },
        { resource: "bytes", taken: 0 },
      ],
    });
  });

  test("what a read that was held back needs is there when it says, and never before (B2)", async () => {
    let now = 1_000_000;
    const log = await openLog({ clock: () => now });
    const read = async (bytes: number) => {
      const decided = await log.decide(allowed(), both(99, Math.min(100, bytes), 1000));
      if (decided.decision !== "recorded") return expect.unreachable("there is room for the estimate");
      return await log.settle(decided.committed, outcome({ spent: { bytes }, bytesOut: bytes }));
    };
    expect((await read(700)).exceeded).toBeUndefined();
    const { exceeded } = await read(700);
    expect(exceeded).toEqual({ per: "owner", resource: "bytes", retryAfterMs: 24_000 });
    now += 23_999;
    expect((await read(700)).exceeded).toMatchObject({ retryAfterMs: 1 });
    now += 1;
    expect((await read(700)).exceeded).toBeUndefined();
    now += minute;
    expect((await read(1001)).exceeded).toEqual({ per: "owner", resource: "bytes", retryAfterMs: Infinity });
    expect((await read(1000)).exceeded).toBeUndefined();
  });

  test.each(["failed", "cancelled"] as const)("what there is to tell of a call that %s is held to it as an answer is (B2)", async (how) => {
    const log = await openLog({ clock: () => 1_000_000 });
    const decided = await log.decide(allowed({ effect: "write" }), both(10, 100, 1000));
    if (decided.decision !== "recorded") expect.unreachable("the budget is fresh");
    const failed = outcome({ outcome: how, failure: "net.status", spent: { bytes: 5050 }, bytesOut: 5000 });
    expect(await log.settle(decided.committed, failed)).toMatchObject({ exceeded: { resource: "bytes", retryAfterMs: Infinity } });
    expect(readCalls(log.file, {})).toMatchObject([
      { outcome: how, failure: "net.status", bytes_out: 0, budget: [{ resource: "calls" }, { resource: "bytes", taken: 50, left: 950 }] },
    ]);
  });

  test("owes no more than the whole of itself, whatever a change took: one window pays it, and a raised limit sooner (B2)", async () => {
    let now = 1_000_000;
    const log = await openLog({ clock: () => now });
    const bytes = (amount: number, limit: number): Reservation => ({
      charges: [{ per: "owner", owner: "me", resource: "bytes", amount, limit, windowMs: minute }],
    });
    const decided = await log.decide(allowed({ effect: "write" }), bytes(100, 1000));
    if (decided.decision !== "recorded") expect.unreachable("the budget is fresh");
    await log.settle(decided.committed, outcome({ spent: { bytes: 200_000_000 }, bytesOut: 10 }));
    expect(readCalls(log.file, {})).toMatchObject([{ budget: [{ taken: 199_999_990, left: -1000 }] }]);
    expect(await log.decide(allowed(), bytes(1, 1000))).toMatchObject({ decision: "exhausted", retryAfterMs: minute + 60 });
    now += minute / 10;
    expect(await log.decide(allowed(), bytes(1, 1000))).toMatchObject({ decision: "exhausted", retryAfterMs: 54_060 });
    expect(await log.decide(allowed(), bytes(1, 100_000))).toMatchObject({ decision: "recorded" });
  });

  test("a call that was never settled keeps what it reserved", async () => {
    const clock = (): number => 1_000_000;
    const log = await openLog({ clock });
    await log.decide(allowed(), both(10, 1000, 1000));
    await log.close();
    expect(await decisions(await reopen({ file: log.file, clock }), 1, both(10, 1, 1000))).toEqual(["exhausted"]);
  });

  test("a denied call takes nothing from it (E6)", async () => {
    const log = await openLog({ clock: () => 1_000_000 });
    await log.decide(denied(), calls(1));
    expect(await decisions(log, 1, calls(1))).toEqual(["recorded"]);
  });

  test.each([Number.NaN, -1, Infinity])("refuses to reserve %d, and records nothing", async (amount) => {
    const log = await openLog();
    const reservation: Reservation = { charges: [{ per: "owner", owner: "me", resource: "bytes", amount, limit: 10, windowMs: minute }] };
    await expect(log.decide(allowed(), reservation)).rejects.toThrow(RangeError);
    expect(readCalls(log.file, {})).toEqual([]);
  });
});

test("a call that the budget refused is a denial on record, with the owner and what was left (E4)", async () => {
  const log = await openLog({ clock: () => 1_000_000 });
  await decisions(log, 1, both(1, 10, 10));
  const refused = await log.decide(allowed({ quotaOwner: "me" }), both(1, 10, 10));
  if (refused.decision !== "exhausted") throw new Error("the budget is used up");
  expect(readCalls(log.file, { code: "budget.exhausted" })).toMatchObject([
    {
      call: refused.receipt.call,
      index: refused.receipt.index,
      decision: "deny",
      outcome: "denied",
      rule: "budget:owner:calls",
      quota_owner: "me",
      budget: [
        { per: "owner", owner: "me", resource: "calls", taken: 0, left: 0, limit: 1, windowMs: minute },
        { per: "owner", owner: "me", resource: "bytes", taken: 0, left: 0, limit: 10, windowMs: minute },
      ],
    },
  ]);
  expect(leaves(log.file).at(-1)).toMatchObject({ kind: "decision", decision: "deny", code: "budget.exhausted" });
});
