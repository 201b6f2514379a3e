import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claimLifeMs } from "../src/claims.ts";
import {
  EvidenceUnavailable,
  readCalls,
  type Claim,
  type ClaimEnd,
  type Decided,
  type DecisionRecord,
  type SqliteEvidenceLog,
  type Reservation,
} from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { start } from "./child.ts";
import { leafBodies } from "./leaves.ts";
import { allowed, calls, denied, outcome } from "./samples.ts";
import { openLog, reopen, scratch } from "./scratch.ts";

const claim: Claim = { key: "order-1", request: 'POST https://a.test/\n{"a":1}' };

function decide(log: SqliteEvidenceLog, more: Partial<Claim> = {}, record: Partial<DecisionRecord> = {}): Promise<Decided> {
  return log.decide(allowed({ effect: "irreversible", ...record }), undefined, { ...claim, ...more });
}

async function carried(
  log: SqliteEvidenceLog,
  end: ClaimEnd | undefined,
  more: Parameters<typeof outcome>[0] = {},
): Promise<Extract<Decided, { decision: "recorded" }>> {
  const decided = await decide(log);
  if (decided.decision !== "recorded") return expect.unreachable(decided.decision);
  await log.settle(decided.committed, outcome({ ...more, ...(end !== undefined && { claim: end }) }));
  return decided;
}

function rows(file: string): number {
  const database = openSqlite(file, { readonly: true, busyMs: 1000 });
  const count = database.pluck<number>("SELECT count(*) FROM claim").get() ?? 0;
  database.close();
  return count;
}

describe("an idempotency key, once given (S3, E2)", () => {
  test("is the first call's while it runs, in one transaction and in later ones", async () => {
    const log = await openLog();
    const together = await Promise.all(Array.from({ length: 4 }, () => decide(log)));
    expect(together.map((each) => each.decision)).toEqual(["recorded", "claimed", "claimed", "claimed"]);
    expect(await decide(log)).toMatchObject({ decision: "claimed", code: "input.key_in_flight" });
    const [first, second] = readCalls(log.file, {});
    expect(first).toMatchObject({ decision: "allow", outcome: "unfinished" });
    expect(second).toMatchObject({ decision: "deny", code: "input.key_in_flight", rule: `key-of:${first?.call ?? ""}`, outcome: "denied" });
  });

  test.for<readonly [string, ClaimEnd | undefined, object]>([
    [
      "of a call that was answered tells of that call, and is held for nothing else",
      { state: "done", status: 201 },
      { decision: "recorded", repeats: { status: 201, failure: null } },
    ],
    [
      "of a call that was answered with an error tells of it too",
      { state: "done", status: 422, failure: "net.status" },
      { decision: "recorded", repeats: { status: 422, failure: "net.status" } },
    ],
    ["of a call that nobody knows the end of is refused for good", { state: "unknown" }, { decision: "claimed", code: "input.key_unknown" }],
    ["of a call whose end does not say is refused for good", undefined, { decision: "claimed", code: "input.key_unknown" }],
  ])("%s", async ([, end, expected]) => {
    const log = await openLog();
    const failed = end?.state === "done" && end.status === 422 ? ({ outcome: "failed", failure: "net.status" } as const) : {};
    const first = await carried(log, end, failed);
    const again = await decide(log);
    expect(again).toMatchObject(expected);
    const shown = "repeats" in again ? again.repeats?.first : undefined;
    if (shown !== undefined) expect(shown).toMatchObject({ call: first.committed.call, log: log.origin, index: first.committed.index });
    expect(await decide(log, { request: "POST https://a.test/\n{}" })).toMatchObject({ decision: "claimed", code: "input.key_reused" });
    // The end of the repetition changes nothing about the first one.
    if (again.decision === "recorded") await log.settle(again.committed, outcome({ claim: { state: "free" } }));
    expect(await decide(log)).toMatchObject(expected);
  });

  test("is free again where nothing was sent", async () => {
    const log = await openLog();
    await carried(log, { state: "free" }, { outcome: "failed", failure: "net.connect" });
    expect(rows(log.file)).toBe(0);
    const again = await decide(log, { request: "POST https://a.test/other" });
    expect(again).toMatchObject({ decision: "recorded" });
    expect(again).not.toHaveProperty("repeats");
  });

  test.each<readonly [string, Partial<DecisionRecord>]>([
    ["principal", { principal: "you" }],
    ["tenant", { tenant: "acme" }],
    ["tool", { tool: "other" }],
    ["server", { server: "other-write" }],
  ])("is another one for another %s (P1, P2)", async (_name, record) => {
    const log = await openLog();
    await carried(log, { state: "done", status: 200 });
    const other = await decide(log, { request: "another" }, record);
    expect(other.decision).toBe("recorded");
    expect(other).not.toHaveProperty("repeats");
  });

  test("is not taken by a call that is denied, nor by one that the budget refuses", async () => {
    const log = await openLog();
    await log.decide(denied(), undefined, claim);
    const poor: Reservation = { charges: [{ per: "owner", owner: "me", resource: "calls", amount: 2, limit: 1, windowMs: 1000 }] };
    expect(await log.decide(allowed(), poor, claim)).toMatchObject({ decision: "exhausted" });
    expect(rows(log.file)).toBe(0);
    expect(await decide(log)).toMatchObject({ decision: "recorded" });
  });

  test("costs nothing where it is refused (E6)", async () => {
    const log = await openLog();
    await decide(log);
    for (let round = 0; round < 3; round += 1) expect((await log.decide(allowed(), calls(1), claim)).decision).toBe("claimed");
    expect((await log.decide(allowed(), calls(1))).decision).toBe("recorded");
  });

  test("lives for 30 days, and old ones go with new ones", async () => {
    let now = 1_000_000;
    const log = await openLog({ clock: () => now });
    for (let key = 0; key < 5; key += 1) {
      const decided = await decide(log, { key: `k${key}` });
      if (decided.decision === "recorded") await log.settle(decided.committed, outcome({ claim: { state: "done" } }));
    }
    now += claimLifeMs;
    expect(await decide(log, { key: "k0" })).toHaveProperty("repeats");
    now += 1;
    expect(await decide(log, { key: "k0" })).not.toHaveProperty("repeats");
    expect(rows(log.file)).toBe(3 + 1);
  });

  test("of a call that has not ended for a quarter of an hour is refused for good", async () => {
    let now = 1_000_000;
    const log = await openLog({ clock: () => now });
    await decide(log);
    now += 15 * 60_000;
    expect(await decide(log)).toMatchObject({ decision: "claimed", code: "input.key_unknown" });
  });

  test("of a process that was killed is unknown, for the process that runs beside it and for the next one", async () => {
    const file = join(scratch(), "evidence.db");
    const log = await reopen({ file });
    const child = start("claiming-process.ts", [file, claim.key]);
    await child.seen("recorded");
    expect(await decide(log, { request: "POST /a" })).toMatchObject({ decision: "claimed", code: "input.key_in_flight" });
    child.process.kill("SIGKILL");
    await child.ended();
    expect(await decide(log, { request: "POST /a" })).toMatchObject({ decision: "claimed", code: "input.key_unknown" });
    const next = await reopen({ file });
    expect(await decide(next, { request: "POST /a" })).toMatchObject({ decision: "claimed", code: "input.key_unknown" });
    expect(readCalls(file, {})[0]).toMatchObject({ outcome: "unknown" });
  });

  test("of a call whose outcome could not be recorded is unknown at once, for this process and, with the next record, for others (E2)", async () => {
    const log = await openLog();
    const decided = await decide(log);
    const first = decided.decision === "recorded" ? decided.committed : expect.unreachable(decided.decision);
    const holder = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    holder.exec("BEGIN IMMEDIATE");
    await expect(log.settle(first, outcome({ claim: { state: "done", status: 201 } }))).rejects.toThrow(EvidenceUnavailable);
    holder.exec("ROLLBACK");
    holder.close();
    expect(await decide(log)).toMatchObject({ decision: "claimed", code: "input.key_unknown" });
    expect(await decide(log, { request: "another" })).toMatchObject({ decision: "claimed", code: "input.key_reused" });
    const beside = await reopen({ file: log.file });
    expect(await decide(beside)).toMatchObject({ decision: "claimed", code: "input.key_unknown" });
    expect(readCalls(log.file, {})[0]).toMatchObject({ decision: "allow", outcome: "unfinished" });
  });

  test("and its request are in the file as digests only", async () => {
    const log = await openLog();
    await carried(log, { state: "done", status: 200 });
    const database = openSqlite(log.file, { readonly: true, busyMs: 1000 });
    const [row] = database.prepare<Record<string, unknown>>("SELECT * FROM claim").all();
    database.close();
    expect(row).toMatchObject({ state: "done", status: 200, key: expect.any(Buffer) as Buffer, request: expect.any(Buffer) as Buffer });
    const all = `${JSON.stringify(row)}${Buffer.concat(leafBodies(log.file)).toString("latin1")}`;
    for (const text of ["order-1", "a.test/", '"a":1']) expect(all).not.toContain(text);
  });
});

test("what was sent is in the record with size, digest and status", async () => {
  const log = await openLog();
  const digest = { bytes: 7, sha256: "0".repeat(64) };
  await carried(log, { state: "done", status: 201 }, { changes: [{ argument: "request", change: "sent", after: digest, status: 201, durable: true }] });
  expect(readCalls(log.file, {})[0]?.changes).toEqual([{ argument: "request", change: "sent", after: digest, status: 201, durable: true }]);
});

test("a log of the first format gets its keys when it is opened, and keeps its records", async () => {
  const log = await openLog();
  const { file } = log;
  await log.decide(allowed());
  await log.close();
  const database = openSqlite(file, { readonly: false, busyMs: 1000 });
  database.exec(
    "DROP TABLE claim; ALTER TABLE call DROP COLUMN bytes; ALTER TABLE call DROP COLUMN cost; DROP TABLE session; DROP TABLE approval; PRAGMA user_version = 1",
  );
  database.close();
  const newer = await reopen({ file });
  expect(await decide(newer)).toMatchObject({ decision: "recorded" });
  expect(await decide(newer)).toMatchObject({ decision: "claimed" });
  expect(readCalls(file, {})).toHaveLength(3);
});
