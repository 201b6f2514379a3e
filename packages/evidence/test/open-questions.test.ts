import { expect, test } from "vitest";
import { readCalls, type ApprovalStep, type Decided, type SqliteEvidenceLog } from "../src/index.ts";
import { allowed, outcome } from "./samples.ts";
import { openLog, reopen } from "./scratch.ts";

const most = 3;
const lifeMs = 1000;

let names = 0;

function ask(log: SqliteEvidenceLog, who = "ada", token = `question ${(names += 1)}`): Promise<Decided> {
  return log.decide(allowed({ principal: who, approval: "asked" }), undefined, undefined, { step: "ask", token, bound: "a call", lifeMs, most });
}

function answer(log: SqliteEvidenceLog, step: ApprovalStep, who = "ada"): Promise<Decided> {
  return log.decide(allowed({ principal: who }), undefined, undefined, step);
}

const busy = { decision: "unapproved", code: "limit.busy", rule: "questions-open" };

test("one caller has so many questions open and no more, on all servers that share the log (B3)", async () => {
  const log = await openLog({ clock: () => 1_000_000 });
  const other = await reopen({ file: log.file, server: "another", clock: () => 1_000_000 });
  const asked = await Promise.all(Array.from({ length: 8 }, (_, place) => ask(place % 2 === 0 ? log : other)));
  expect(asked.filter(({ decision }) => decision === "recorded")).toHaveLength(most);
  expect(asked.filter(({ decision }) => decision !== "recorded").map((each) => ({ ...each }))).toMatchObject(Array.from({ length: 5 }, () => busy));
  expect(readCalls(log.file, { code: "limit.busy" }).map(({ approval }) => approval)).toEqual(Array.from({ length: 5 }, () => null));
  expect(await ask(log, "bob")).toMatchObject({ decision: "recorded" });
});

test.each<readonly [string, (log: SqliteEvidenceLog, token: string) => Promise<unknown>]>([
  ["a yes", (log, token) => answer(log, { step: "accept", token, bound: "a call" })],
  ["a yes that lets nothing happen", (log, token) => answer(log, { step: "accept", token, bound: "another call" })],
  ["a no", (log, token) => answer(log, { step: "end", token })],
])("%s makes room for one, once (B3)", async (_name, end) => {
  const log = await openLog({ clock: () => 1_000_000 });
  for (const token of ["one", "two", "three"]) expect(await ask(log, "ada", token)).toMatchObject({ decision: "recorded" });
  expect(await ask(log)).toMatchObject(busy);
  await end(log, "two");
  await end(log, "two");
  expect(await ask(log)).toMatchObject({ decision: "recorded" });
  expect(await ask(log)).toMatchObject(busy);
});

test("an answer of somebody else, or to nothing that was asked, makes no room (B3)", async () => {
  const log = await openLog({ clock: () => 1_000_000 });
  for (const token of ["one", "two", "three"]) await ask(log, "ada", token);
  await answer(log, { step: "end", token: "one" }, "bob");
  await answer(log, { step: "end", token: "made up" });
  expect(await ask(log)).toMatchObject(busy);
});

test("one that was never put, since it could not be made, is not open, and no yes to it counts (B3)", async () => {
  const log = await openLog({ clock: () => 1_000_000 });
  for (const token of ["one", "two", "three", "four", "five"]) {
    const decided = await ask(log, "ada", token);
    if (decided.decision !== "recorded") expect.unreachable("it is not open any more");
    await log.settle(decided.committed, outcome({ outcome: "failed", failure: "fs.no_match" }));
  }
  expect(await answer(log, { step: "accept", token: "one", bound: "a call" })).toMatchObject({ decision: "unapproved", code: "approval.replayed" });
});

test("one that nobody answers is over when it expires, after a restart too (B3)", async () => {
  let now = 1_000_000;
  const log = await openLog({ clock: () => now });
  for (let place = 0; place < most; place += 1) await ask(log);
  await log.close();
  const later = await reopen({ file: log.file, clock: () => now });
  now += lifeMs - 1;
  expect(await ask(later)).toMatchObject(busy);
  now += 1;
  expect(await ask(later)).toMatchObject({ decision: "recorded" });
});
