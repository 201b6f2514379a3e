import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EvidenceUnavailable, readCalls } from "../src/index.ts";
import { bringUp, refuseForeign } from "../src/schema.ts";
import { openSqlite } from "../src/sqlite.ts";
import { start } from "./child.ts";
import { leaves } from "./leaves.ts";
import { allowed, calls } from "./samples.ts";
import { openLog, reopen, scratch } from "./scratch.ts";

describe("several servers on one database (B2)", () => {
  test.each(["read", "write"])("four writers of effect %s lose nothing and leave no gap, on a database that all four make", async (effect) => {
    const file = join(scratch(), "evidence.db");
    const children = Array.from({ length: 4 }, () => start("writer-process.ts", [file, "250", "4", "0", effect]));
    await Promise.all(children.map((child) => child.ended()));
    const lines = children.flatMap((child) => child.lines);
    expect(lines.filter((line) => line === "u")).toEqual([]);
    expect(lines.filter((line) => line === "done")).toHaveLength(4);
    const acknowledged = lines.filter((line) => line.startsWith("o ")).map((line) => line.slice(2));
    expect(acknowledged).toHaveLength(1000);
    const found = readCalls(file, { outcome: "ok" }).map((call) => call.call);
    expect(found.toSorted()).toEqual(acknowledged.toSorted());
    // a boot, a retirement, a decision and an outcome of each call: and every index once
    const all = leaves(file);
    expect(all).toHaveLength(4 * 2 + 1000 * 2);
    expect(all.filter((leaf) => leaf["kind"] === "boot" && leaf["log"] === all[0]?.["log"])).toHaveLength(4);
  });

  test("two processes on one budget get exactly its limit, and what it refused is a denial on record (B2, E4)", async () => {
    const file = join(scratch(), "evidence.db");
    const children = Array.from({ length: 2 }, () => start("writer-process.ts", [file, "200", "8", "150"]));
    await Promise.all(children.map((child) => child.ended()));
    const lines = children.flatMap((child) => child.lines);
    const given = lines.filter((line) => line.startsWith("d ")).length;
    // 150 an hour refill one each 24 s; the run is over long before
    expect(given).toBe(150);
    expect(lines.filter((line) => line === "x")).toHaveLength(250);
    expect(readCalls(file, { outcome: "ok" })).toHaveLength(150);
    expect(readCalls(file, { code: "budget.exhausted" })).toHaveLength(250);
  });
});

describe("a log that another server makes while this one looks at the empty file (B2)", () => {
  test.each([1, 2, 3, 4])("is no other program's database, whether it is made before look %i or any other", (look) => {
    const file = join(scratch(), "evidence.db");
    writeFileSync(file, "");
    const mine = openSqlite(file, { readonly: false, busyMs: 1000 });
    const theirs = openSqlite(file, { readonly: false, busyMs: 1000 });
    mine.pragma("journal_mode = WAL");
    let looks = 0;
    const before = <Result>(read: () => Result): Result => {
      looks += 1;
      if (looks === look) bringUp(theirs, 0);
      return read();
    };
    refuseForeign({
      ...mine,
      inTransaction: false,
      pragma: (source) => before(() => mine.pragma(source)),
      prepare: (sql) => before(() => mine.prepare(sql)),
    });
    expect(looks).toBeGreaterThan(0);
    if (looks < look) bringUp(theirs, 0);
    bringUp(mine, 0);
    expect(mine.pluck<number>("SELECT count(*) FROM log").get()).toBe(1);
    mine.close();
    theirs.close();
  });
});

describe("files that go away under three servers at work (E2)", () => {
  test.each<readonly [string, (file: string) => void]>([
    ["the write-ahead log is deleted", (file) => rmSync(`${file}-wal`)],
    ["the shared memory is deleted", (file) => rmSync(`${file}-shm`)],
    [
      "the database is moved away and back",
      (file) => {
        renameSync(file, `${file}.away`);
        setTimeout(() => renameSync(`${file}.away`, file), 30);
      },
    ],
  ])("%s: nothing acknowledged is lost, the database stays whole, and all go on", async (_name, strike) => {
    const file = join(scratch(), "evidence.db");
    const children = Array.from({ length: 3 }, () => start("writer-process.ts", [file, "800", "4"]));
    await Promise.all(children.map((child) => child.seen("ready")));
    strike(file);
    await Promise.all(children.map((child) => child.ended()));
    const lines = children.flatMap((child) => child.lines);
    const found = new Map(readCalls(file, {}).map((call) => [call.call, call.outcome]));
    const acknowledged = lines.filter((line) => line.startsWith("o ")).map((line) => line.slice(2));
    expect(acknowledged.filter((id) => found.get(id) !== "ok")).toEqual([]);
    expect(lines.filter((line) => line.startsWith("d ") && !found.has(line.slice(2)))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line === "done")).toHaveLength(3);
    const database = openSqlite(file, { readonly: true, busyMs: 1000 });
    expect(database.pragma("integrity_check")).toBe("ok");
    database.close();
    expect(await (await reopen({ file })).decide(allowed())).toMatchObject({ decision: "recorded" });
  });
});

describe("a database that another process keeps locked (E2)", () => {
  test("refuses within a few seconds, nothing is recorded, and serves again when the lock is gone", async () => {
    const log = await openLog();
    await log.decide(allowed());
    const other = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    other.exec("BEGIN EXCLUSIVE");
    const started = performance.now();
    await expect(log.decide(allowed({ tool: "while_locked" }), calls(10))).rejects.toThrow(EvidenceUnavailable);
    expect(performance.now() - started).toBeLessThan(6000);
    other.exec("ROLLBACK");
    other.close();
    await log.decide(allowed({ tool: "after" }));
    expect(readCalls(log.file, {}).map((call) => call.tool)).toEqual(["read_text_file", "after"]);
  });

  test("does not hold up the event loop, and a lock that is let go in time delays the record only", async () => {
    const log = await openLog();
    const other = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    other.exec("BEGIN EXCLUSIVE");
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 5);
    setTimeout(() => other.exec("ROLLBACK"), 400);
    await log.decide(allowed());
    clearInterval(ticking);
    other.close();
    expect(turns).toBeGreaterThan(20);
    expect(readCalls(log.file, {})).toHaveLength(1);
  });

  test("keeps a server from starting, with a reason", async () => {
    const log = await openLog();
    const other = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    other.exec("BEGIN EXCLUSIVE");
    await expect(reopen({ file: log.file })).rejects.toThrow(/locked/);
    other.close();
    await (await reopen({ file: log.file })).decide(allowed());
  });
});
