import { describe, expect, test } from "vitest";
import {
  EvidenceUnavailable,
  readUsage,
  type DecisionRecord,
  type Reservation,
  type SqliteEvidenceLog,
  type UsageFilter,
  type UsageKey,
} from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { allowed, denied, outcome } from "./samples.ts";
import { openLog, reopen } from "./scratch.ts";

const start = 1_795_000_000_000;
const bytes = (owner: string): Reservation => ({ charges: [{ per: "owner", owner, resource: "bytes", amount: 1000, limit: 1_000_000, windowMs: 60_000 }] });

/** Ada costs most, Bob calls most, and one call of hers still runs. */
async function history(): Promise<SqliteEvidenceLog> {
  let now = start;
  const log = await openLog({ clock: () => now });
  const one = async (record: DecisionRecord, reservation?: Reservation, bytesOut?: number): Promise<void> => {
    now += 1000;
    const decided = await log.decide(record, reservation);
    if (decided.decision !== "recorded" || bytesOut === undefined) return;
    await log.settle(decided.committed, outcome({ bytesOut, spent: { bytes: 120 + bytesOut } }));
  };
  const ada = { principal: "ada", tenant: "acme", quotaOwner: "shared", lane: "docs", cost: 5 };
  const bob = { principal: "bob", tenant: "acme", quotaOwner: "shared" };
  await one(allowed({ ...ada, tool: "search" }), bytes("shared"), 4000);
  await one(allowed({ ...ada }), bytes("shared"), 500);
  await one(allowed(bob), undefined, 30);
  await one(allowed(bob), undefined, 40);
  await one(denied(bob));
  await one(allowed({ principal: "eve" }), undefined, 0);
  await one(allowed(ada), bytes("shared"));
  return log;
}

const rows: readonly (readonly [UsageKey, UsageFilter, readonly (readonly [string | null, number, number, number, number])[]])[] = [
  [
    "owner",
    {},
    [
      ["shared", 6, 1, 4120 + 620 + 150 + 160 + 1000, 17],
      [null, 1, 0, 120, 1],
    ],
  ],
  [
    "principal",
    { owner: "shared" },
    [
      ["ada", 3, 0, 4120 + 620 + 1000, 15],
      ["bob", 3, 1, 310, 2],
    ],
  ],
  [
    "tenant",
    {},
    [
      ["acme", 6, 1, 6050, 17],
      ["default", 1, 0, 120, 1],
    ],
  ],
  [
    "lane",
    {},
    [
      ["docs", 3, 0, 5740, 15],
      [null, 4, 1, 430, 3],
    ],
  ],
  [
    "tool",
    { principal: "ada" },
    [
      ["read_text_file", 2, 0, 1620, 10],
      ["search", 1, 0, 4120, 5],
    ],
  ],
  [
    "code",
    { tenant: "acme" },
    [
      [null, 5, 0, 6050, 17],
      ["path.outside_root", 1, 1, 0, 0],
    ],
  ],
  ["principal", { since: start + 3000, until: start + 5000 }, [["bob", 2, 0, 310, 2]]],
  ["principal", { outcome: "ok", tenant: "default" }, [["eve", 1, 0, 120, 1]]],
  ["principal", { decision: "deny" }, [["bob", 1, 1, 0, 0]]],
  ["owner", { principal: "nobody" }, []],
];

describe("who used how much (B2, E4)", () => {
  test.each(rows)("by %s of %j, whether the calls are indexed yet or not", async (by, filter, expected) => {
    const log = await history();
    const wanted = expected.map(([name, calls, refused, taken, cost]) => ({ name, calls, denied: refused, bytes: taken, cost }));
    expect(readUsage(log.file, by, filter)).toEqual(wanted);
    await log.close();
    expect(readUsage(log.file, by, filter)).toEqual(wanted);
  });

  test("an ending that the index does not know yet counts", async () => {
    const log = await openLog();
    const decided = await log.decide(allowed({ quotaOwner: "shared" }), bytes("shared"));
    if (decided.decision !== "recorded") throw new Error("the budget is fresh");
    // whoever opens the log brings the index up to its decisions
    const other = await reopen({ file: log.file });
    await log.settle(decided.committed, outcome({ bytesOut: 10, spent: { bytes: 130 } }));
    expect(readUsage(log.file, "owner", { outcome: "ok" })).toEqual([{ name: "shared", calls: 1, denied: 0, bytes: 130, cost: 1 }]);
    await other.close();
    expect(readUsage(log.file, "owner", { outcome: "ok" })).toEqual([{ name: "shared", calls: 1, denied: 0, bytes: 130, cost: 1 }]);
  });

  test("a log of an older version says so until a server has opened it, which loses nothing", async () => {
    const log = await history();
    const before = readUsage(log.file, "principal");
    await log.close();
    const database = openSqlite(log.file, { readonly: false, busyMs: 1000 });
    database.exec("ALTER TABLE call DROP COLUMN bytes; ALTER TABLE call DROP COLUMN cost; DROP TABLE session; DROP TABLE approval; PRAGMA user_version = 2");
    database.close();
    expect(() => readUsage(log.file, "principal")).toThrow(EvidenceUnavailable);
    await (await reopen({ file: log.file })).close();
    expect(readUsage(log.file, "principal")).toEqual(before);
  });
});
