import { describe, expect, test } from "vitest";
import { readCalls, type Claim, type Foreseen, type SqliteEvidenceLog } from "../src/index.ts";
import { allowed, calls, outcome } from "./samples.ts";
import { openLog } from "./scratch.ts";

const claim: Claim = { key: "order-1", request: 'POST https://a.test/\n{"a":1}' };
const minute = 60_000;

function foreseen(log: SqliteEvidenceLog, more: Partial<Claim> = {}): Promise<Foreseen> {
  return log.foresee(allowed(), calls(1, "me", minute), { ...claim, ...more });
}

describe("what a decision would meet is told before a human is asked (B2, B3)", () => {
  test("as often as one likes: it takes nothing and records nothing", async () => {
    const log = await openLog();
    const many = await Promise.all(Array.from({ length: 5 }, () => foreseen(log)));
    expect(many).toEqual(Array.from({ length: 5 }, () => ({ decision: "open" })));
    expect(readCalls(log.file, {})).toEqual([]);
    const decided = await log.decide(allowed(), calls(1, "me", minute), claim);
    expect(decided).toMatchObject({ decision: "recorded", budget: [{ taken: 1, left: 0 }] });
  });

  test("of a budget that has too little, with when it has more; in one transaction with a decision, too", async () => {
    const log = await openLog();
    const [decided, seen] = await Promise.all([log.decide(allowed(), calls(1, "me", minute)), log.foresee(allowed(), calls(1, "me", minute))]);
    expect([decided.decision, seen.decision]).toEqual(["recorded", "exhausted"]);
    expect(seen).toMatchObject({ budgetName: { per: "owner", resource: "calls" }, retryAfterMs: expect.any(Number) });
    expect(await log.foresee(allowed(), calls(1, "another", minute))).toEqual({ decision: "open" });
  });

  test("of a key: in flight, done, or another request's, and nobody else's", async () => {
    const log = await openLog();
    const decided = await log.decide(allowed(), undefined, claim);
    if (decided.decision !== "recorded") expect.unreachable(decided.decision);
    expect(await foreseen(log)).toEqual({ decision: "claimed", code: "input.key_in_flight" });
    await log.settle(decided.committed, outcome({ claim: { state: "done", status: 201 } }));
    expect(await foreseen(log)).toEqual({ decision: "repeated" });
    expect(await foreseen(log, { request: "another" })).toEqual({ decision: "claimed", code: "input.key_reused" });
    expect(await log.foresee(allowed({ principal: "another" }), undefined, claim)).toEqual({ decision: "open" });
  });
});

describe("a claim that may only repeat, since no human was asked (B3)", () => {
  test("lets nothing happen where there is nothing to repeat, and takes neither key nor budget", async () => {
    const log = await openLog();
    const refused = await log.decide(allowed(), calls(1, "me", minute), { ...claim, repeatOnly: true });
    expect(refused).toMatchObject({ decision: "unapproved", code: "approval.mismatch", rule: "approval:no-question" });
    expect(readCalls(log.file, {})).toMatchObject([{ decision: "deny", code: "approval.mismatch", outcome: "denied" }]);
    expect(await foreseen(log)).toEqual({ decision: "open" });
  });

  test("tells of what was done", async () => {
    const log = await openLog();
    const decided = await log.decide(allowed(), undefined, claim);
    if (decided.decision !== "recorded") expect.unreachable(decided.decision);
    await log.settle(decided.committed, outcome({ claim: { state: "done", status: 201 } }));
    const repeated = await log.decide(allowed(), undefined, { ...claim, repeatOnly: true });
    expect(repeated).toMatchObject({ decision: "recorded", repeats: { status: 201 } });
  });
});
