import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { EvidenceUnavailable, openEvidence, readCalls } from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { leafBodies } from "./leaves.ts";
import { allowed } from "./samples.ts";
import { openLog, reopen, scratch } from "./scratch.ts";

describe("the database is append-only (E5)", () => {
  test.each([
    ["change a leaf", "UPDATE leaf SET body = '{}' WHERE seq = 1"],
    ["move a leaf", "UPDATE leaf SET seq = 100 WHERE seq = 1"],
    ["remove a leaf", "DELETE FROM leaf WHERE seq = 1"],
    ["remove all leaves", "DELETE FROM leaf"],
    ["replace a leaf", "INSERT OR REPLACE INTO leaf(seq, body) VALUES(1, CAST('{}' AS BLOB))"],
    ["leave a gap", "INSERT INTO leaf(seq, body) VALUES(99, CAST('{}' AS BLOB))"],
    ["store more than a leaf may hold", "INSERT INTO leaf(seq, body) VALUES(2, zeroblob(16385))"],
    ["store text for bytes", "INSERT INTO leaf(seq, body) VALUES(2, '{}')"],
    ["rename the log", "UPDATE log SET origin = 'postern/0'"],
    ["remove the log's name", "DELETE FROM log"],
    ["name a second log", "INSERT INTO log(id, origin, created, projected) VALUES(2, 'x', 0, 0)"],
  ])("refuses to %s", async (_name, sql) => {
    const log = await openLog();
    await log.decide(allowed());
    const before = leafBodies(log.file);
    const database = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    expect(() => database.exec(sql)).toThrow(/append-only|constraint|cannot store/);
    database.close();
    expect(leafBodies(log.file)).toEqual(before);
    expect(readCalls(log.file, {})).toHaveLength(1);
  });
});

describe("the files belong to their owner alone", () => {
  test("a directory that is made is 0700, the database and all beside it 0600", async () => {
    const log = await openLog();
    await log.decide(allowed());
    expect(statSync(dirname(log.file)).mode & 0o777).toBe(0o700);
    const names = readdirSync(dirname(log.file));
    expect(names.toSorted()).toEqual(expect.arrayContaining(["evidence.db", "evidence.db-shm", "evidence.db-wal"]));
    for (const name of names) expect([name, statSync(join(dirname(log.file), name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  test("a database that others could read is closed to them; a directory that was there is left alone", async () => {
    const directory = scratch();
    chmodSync(directory, 0o755);
    const file = join(directory, "evidence.db");
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    await reopen({ file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o755);
  });
});

describe("what is no database of ours is refused and left alone (S4)", () => {
  test.each<readonly [string, (file: string) => void]>([
    ["a directory", (file) => mkdirSync(file)],
    ["a symbolic link", (file) => symlinkSync(join(dirname(file), "elsewhere.db"), file)],
    ["other bytes", (file) => writeFileSync(file, "not a database ".repeat(1000))],
  ])("%s", async (_name, make) => {
    const file = join(scratch(), "evidence.db");
    make(file);
    await expect(openEvidence({ file, server: "filesystem-read" })).rejects.toThrow(EvidenceUnavailable);
    expect(readdirSync(dirname(file))).toEqual(["evidence.db"]);
    expect(() => readCalls(file, {})).toThrow(EvidenceUnavailable);
  });

  test("another program's database, its mode and its journal included", async () => {
    const file = join(scratch(), "evidence.db");
    writeFileSync(file, "", { mode: 0o644 });
    const theirs = openSqlite(file, { readonly: false, busyMs: 1000 });
    theirs.exec("CREATE TABLE theirs(x)");
    theirs.close();
    const before = readFileSync(file);
    await expect(openEvidence({ file, server: "filesystem-read" })).rejects.toThrow(/another program's database/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(readdirSync(dirname(file))).toEqual(["evidence.db"]);
  });

  test("a database of a later version", async () => {
    const log = await openLog();
    await log.close();
    const database = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    database.pragma("user_version = 99");
    database.close();
    await expect(openEvidence({ file: log.file, server: "filesystem-read" })).rejects.toThrow(/format 99/);
  });
});

test("reading makes no database and changes none", async () => {
  const file = join(scratch(), "evidence.db");
  expect(() => readCalls(file, {})).toThrow(EvidenceUnavailable);
  expect(readdirSync(dirname(file))).toEqual([]);
  const log = await reopen({ file });
  await log.decide(allowed());
  await log.close();
  const before = statSync(file);
  expect(readCalls(file, {})).toHaveLength(1);
  expect(statSync(file)).toMatchObject({ mtimeMs: before.mtimeMs, size: before.size, ino: before.ino });
});
