import { describe, expect, test } from "vitest";
import { readCalls, type ApprovalStep, type Decided, type DecisionRecord, type SqliteEvidenceLog } from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { start } from "./child.ts";
import { allowed, calls, denied } from "./samples.ts";
import { openLog, reopen } from "./scratch.ts";

const token = "a token that nobody guesses";
const bound = "all that the call is";
const yes: ApprovalStep = { step: "accept", token, bound };

async function ask(log: SqliteEvidenceLog, lifeMs = 600_000): Promise<void> {
  expect(await log.decide(allowed(), undefined, undefined, { step: "ask", token, bound, lifeMs })).toMatchObject({ decision: "recorded" });
}

function use(log: SqliteEvidenceLog, step: ApprovalStep = yes, record: Partial<DecisionRecord> = {}): Promise<Decided> {
  return log.decide(allowed({ effect: "write", approval: "accepted", ...record }), undefined, undefined, step);
}

describe("a yes (B3)", () => {
  test("lets one call happen, and its record says which one used it up", async () => {
    const log = await openLog();
    await ask(log);
    const first = await use(log);
    expect(first).toMatchObject({ decision: "recorded" });
    expect(await use(log)).toMatchObject({ decision: "unapproved", code: "approval.replayed" });
    const [, used, replayed] = readCalls(log.file, {});
    expect(used).toMatchObject({ decision: "allow", approval: "accepted" });
    expect(replayed).toMatchObject({ decision: "deny", code: "approval.replayed", rule: `approval:ended-by:${used?.call ?? ""}`, outcome: "denied" });
  });

  test("that comes twenty times at once lets one call happen, in one process and in two", async () => {
    const log = await openLog();
    await ask(log);
    const other = await reopen({ file: log.file, server: "another" });
    const decided = await Promise.all(Array.from({ length: 20 }, (_, index) => use(index % 2 === 0 ? log : other)));
    expect(decided.filter(({ decision }) => decision === "recorded")).toHaveLength(1);
    expect(decided.filter((each) => each.decision === "unapproved" && each.code === "approval.replayed")).toHaveLength(19);
  });

  test("is used up also where the process that used it was killed at once", async () => {
    const log = await openLog();
    await ask(log);
    const child = start("approving-process.ts", [log.file, token, bound]);
    await child.seen("recorded");
    child.process.kill("SIGKILL");
    await child.ended();
    expect(await use(log)).toMatchObject({ decision: "unapproved", code: "approval.replayed" });
  });

  test.for<readonly [string, Partial<Extract<ApprovalStep, { step: "accept" }>>, string, string]>([
    ["to another call", { bound: "another call" }, "approval.mismatch", "approval:other-call"],
    ["to a question that was never asked", { token: "made up" }, "approval.mismatch", "approval:unknown"],
    ["to a question whose name was changed", { token: `${token}.` }, "approval.mismatch", "approval:unknown"],
  ])("is none %s, and stays what it is for its own", async ([, over, code, rule]) => {
    const log = await openLog();
    await ask(log);
    expect(await use(log, { ...yes, ...over })).toMatchObject({ decision: "unapproved", code, rule });
    expect(readCalls(log.file, {}).at(-1)).toMatchObject({ decision: "deny", code, rule });
    expect(await use(log)).toMatchObject({ decision: "recorded" });
  });

  test("that comes too late is none", async () => {
    let now = Date.now();
    const log = await openLog({ clock: () => now });
    await ask(log, 1_000);
    now += 1_000;
    expect(await use(log)).toMatchObject({ decision: "unapproved", code: "approval.declined", rule: "approval:expired" });
  });

  test("does not count after a no", async () => {
    const log = await openLog();
    await ask(log);
    await log.decide(denied({ code: "approval.declined" }), undefined, undefined, { step: "end", token });
    expect(await use(log)).toMatchObject({ decision: "unapproved", code: "approval.replayed" });
  });

  test("is not used up by a call that its budget refuses (B2)", async () => {
    const log = await openLog();
    await ask(log);
    await log.decide(allowed(), calls(1));
    expect(await log.decide(allowed({ effect: "write", quotaOwner: "me" }), calls(1), undefined, yes)).toMatchObject({ decision: "exhausted" });
    expect(await use(log)).toMatchObject({ decision: "recorded" });
  });

  test("takes nothing from the budget or the keys where it is refused (E6)", async () => {
    const log = await openLog();
    const claim = { key: "k", request: "r" };
    expect(await log.decide(allowed({ effect: "write", quotaOwner: "me" }), calls(1), claim, yes)).toMatchObject({ decision: "unapproved" });
    expect(await log.decide(allowed({ effect: "write", quotaOwner: "me" }), calls(1), claim)).toMatchObject({ decision: "recorded", budget: [{ left: 0 }] });
  });
});

test("what the file keeps of a question is digests, and it is gone a day after its end", async () => {
  let now = Date.now();
  const log = await openLog({ clock: () => now });
  await ask(log, 1_000);
  now += 24 * 3_600_000 + 1_001;
  await log.decide(allowed(), undefined, undefined, { step: "ask", token: "another", bound, lifeMs: 1_000 });
  const database = openSqlite(log.file, { readonly: true, busyMs: 1000 });
  const rows = database.prepare<{ token: Buffer; bound: Buffer }>("SELECT token, bound FROM approval").all();
  database.close();
  expect(rows).toHaveLength(1);
  expect(rows[0]?.token.includes("another")).toBe(false);
  expect([rows[0]?.token.length, rows[0]?.bound.length]).toEqual([32, 32]);
});
