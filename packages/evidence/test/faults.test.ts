import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { EvidenceUnavailable, readCalls, type SqliteEvidenceLog } from "../src/index.ts";
import { leaves } from "./leaves.ts";
import { allowed, calls, outcome } from "./samples.ts";
import { openLog, reopen, scratch } from "./scratch.ts";

async function record(log: SqliteEvidenceLog, tool: string): Promise<void> {
  const decided = await log.decide(allowed({ tool }));
  if (decided.decision === "recorded") await log.settle(decided.committed, outcome());
}

function tools(file: string): readonly (string | null)[] {
  return readCalls(file, {}).map((call) => call.tool);
}

describe("a database that is deleted under a running server (E2)", () => {
  test("refuses, and begins a new log once the old one is gone for good; its first leaf says so", async () => {
    const log = await openLog({ graceMs: 100 });
    await record(log, "before");
    const { origin } = log;
    for (const name of readdirSync(log.directory)) rmSync(join(log.directory, name));
    await expect(log.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    await expect(log.decide(allowed())).rejects.toThrow(/gone/);
    expect(existsSync(log.file)).toBe(false);
    await sleep(120);
    await record(log, "after");
    expect(tools(log.file)).toEqual(["after"]);
    expect(log.origin).not.toBe(origin);
    expect(leaves(log.file)[0]).toMatchObject({ kind: "boot", log: log.origin, previous: { log: origin, size: 3, reason: "deleted" } });
  });

  test("serves again at once when it is brought back, with every acknowledged record in it", async () => {
    const log = await openLog();
    await record(log, "before");
    const { origin } = log;
    // only the database: its write-ahead log, which holds the newest records, stays behind
    renameSync(log.file, join(log.directory, "elsewhere.db"));
    await expect(log.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    renameSync(join(log.directory, "elsewhere.db"), log.file);
    await record(log, "after");
    expect(log.origin).toBe(origin);
    const done = readCalls(log.file, { outcome: "ok" }).map((call) => call.tool);
    expect(done).toEqual(["before", "after"]);
  });

  test("an outcome whose decision went with it is refused, and not written into the new log", async () => {
    const log = await openLog({ graceMs: 0 });
    const decided = await log.decide(allowed());
    for (const name of readdirSync(log.directory)) rmSync(join(log.directory, name));
    if (decided.decision !== "recorded") throw new Error("no budget was asked for");
    await expect(log.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    await record(log, "after");
    await expect(log.settle(decided.committed, outcome())).rejects.toThrow(/gone/);
    expect(leaves(log.file).map((leaf) => leaf["kind"])).toEqual(["boot", "decision", "outcome"]);
  });

  test("its sidecar files do not spoil a database that is put in its place", async () => {
    const other = await openLog();
    await record(other, "of the other log");
    await other.close();
    const log = await openLog();
    await record(log, "of this log");
    renameSync(log.file, join(log.directory, "old.db"));
    copyFileSync(other.file, log.file);
    await expect(log.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    await record(log, "after");
    expect(log.origin).toBe(other.origin);
    expect(tools(log.file)).toEqual(["of the other log", "after"]);
    expect(tools(join(log.directory, "old.db"))).toContain("of this log");
  });
});

describe("a write-ahead log that is deleted under a running server (E2)", () => {
  const cases = ["-wal", "-shm"].flatMap((suffix) => ["at once", "after a while of peace"].map((when) => [suffix, when] as const));
  test.each(cases)("refuses once, keeps every acknowledged record, and serves again (evidence.db%s, %s)", async (suffix, when) => {
    const log = await openLog();
    if (when !== "at once") {
      await record(log, "first");
      await sleep(100);
      await record(log, "long after the directory last changed");
    }
    await record(log, "before");
    rmSync(log.file + suffix);
    await expect(log.decide(allowed({ tool: "refused" }))).rejects.toThrow(EvidenceUnavailable);
    await record(log, "after");
    const done = readCalls(log.file, { outcome: "ok" }).map((call) => call.tool);
    expect(done.slice(-2)).toEqual(["before", "after"]);
    expect(tools(log.file)).not.toContain("refused");
  });
});

describe("a database whose content is taken away (E2)", () => {
  test("an older copy of the same log is refused, since its next indexes are given away; the newer one is accepted", async () => {
    const log = await openLog();
    await record(log, "one");
    await log.close();
    copyFileSync(log.file, join(log.directory, "older.db"));
    const again = await reopen({ file: log.file });
    await record(again, "two");
    renameSync(log.file, join(log.directory, "newer.db"));
    renameSync(join(log.directory, "older.db"), log.file);
    await expect(again.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    await expect(again.decide(allowed())).rejects.toThrow(/older state/);
    expect(tools(log.file)).toEqual(["one"]);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(log.file + suffix, { force: true });
    renameSync(join(log.directory, "newer.db"), log.file);
    await record(again, "three");
    expect(readCalls(log.file, { outcome: "ok" }).map((call) => call.tool)).toEqual(["one", "two", "three"]);
  });

  test("a truncated one is refused until it is out of the way; the log that follows says why", async () => {
    const log = await openLog({ graceMs: 0 });
    await record(log, "before");
    await log.close();
    const again = await reopen({ file: log.file, graceMs: 0 });
    truncateSync(log.file, 4096);
    await expect(again.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    await expect(again.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    for (const suffix of ["", "-wal", "-shm"]) rmSync(log.file + suffix, { force: true });
    await record(again, "after");
    expect(tools(log.file)).toEqual(["after"]);
    expect(leaves(log.file)[0]).toMatchObject({ previous: { log: log.origin, reason: "truncated" } });
  });
});

test("a refused decision takes nothing from the budget (E6)", async () => {
  const log = await openLog();
  await log.decide(allowed(), calls(2));
  const elsewhere = join(scratch(), "evidence.db");
  renameSync(log.file, elsewhere);
  await expect(log.decide(allowed(), calls(2))).rejects.toThrow(EvidenceUnavailable);
  await expect(log.decide(allowed(), calls(2))).rejects.toThrow(EvidenceUnavailable);
  renameSync(elsewhere, log.file);
  expect(await log.decide(allowed(), calls(2))).toMatchObject({ decision: "recorded", budget: [{ left: 0 }] });
});
