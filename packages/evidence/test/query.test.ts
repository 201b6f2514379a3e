import { renameSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { followCalls, readCalls, type CallFilter, type CallView, type SqliteEvidenceLog } from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { allowed, denied, outcome, target } from "./samples.ts";
import { openLog, reopen } from "./scratch.ts";

const start = 1_795_000_000_000;

/** Twelve calls, a second apart, of several kinds; the last two are still open. */
async function history(): Promise<SqliteEvidenceLog> {
  let now = start;
  const log = await openLog({ clock: () => now });
  for (let round = 0; round < 12; round += 1) {
    now = start + round * 1000;
    const principal = round % 2 === 0 ? "me" : "research";
    const raw = `~/notes/${round}/ü"x`;
    const targets = [target(raw, { canonical: `/home/ada/notes/${round}/ü"x` })];
    const record =
      round % 3 === 0 ? denied({ principal }) : allowed({ principal, tool: `tool${round % 4}`, lane: round === 4 ? "acme" : null, quotaOwner: "me", targets });
    const decided = await log.decide(record);
    if (decided.decision !== "recorded" || record.decision === "deny" || round > 9) continue;
    await log.settle(decided.committed, round === 5 ? outcome({ outcome: "failed", failure: "fs.io" }) : outcome());
  }
  return log;
}

const rounds = (views: readonly CallView[]): readonly number[] => views.map((view) => (Date.parse(view.time) - start) / 1000);

const cases: readonly (readonly [string, CallFilter, readonly number[]])[] = [
  ["all of them, oldest first", {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ["a principal's", { principal: "research" }, [1, 3, 5, 7, 9, 11]],
  ["a name that never occurred", { principal: "nobody" }, []],
  ["a tool's", { tool: "tool1" }, [1, 5]],
  ["denials", { decision: "deny" }, [0, 3, 6, 9]],
  ["those of a denial's code", { code: "path.outside_root" }, [0, 3, 6, 9]],
  ["those of a failure's code", { code: "fs.io" }, [5]],
  ["a lane's", { lane: "acme" }, [4]],
  ["a quota owner's", { owner: "me", principal: "me" }, [2, 4, 8, 10]],
  ["those that went well", { outcome: "ok" }, [1, 2, 4, 7, 8]],
  ["denied by outcome", { outcome: "denied", principal: "me" }, [0, 6]],
  ["open ones", { unfinished: true }, [10, 11]],
  ["ended ones", { unfinished: false, tenant: "default", server: "filesystem-read", route: "notes" }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ["since, inclusive", { since: start + 9000 }, [9, 10, 11]],
  ["until, exclusive", { until: start + 2000 }, [0, 1]],
  ["the newest two", { limit: 2 }, [10, 11]],
  ["the newest two denials", { limit: 2, decision: "deny" }, [6, 9]],
  ["none", { limit: 0 }, []],
  ["a raw target's prefix", { target: "~/notes/1" }, [1, 10, 11]],
  ["a canonical target's prefix, with characters that JSON escapes", { target: '/home/ada/notes/4/ü"' }, [4]],
  ["a prefix is not a part", { target: "ada/notes" }, []],
  ["a target's wildcard is a character like others", { target: "%" }, []],
];

describe("reading calls", () => {
  test.each(cases)("%s", async (_name, filter, expected) => {
    const log = await history();
    // every leaf is beyond the projection, then none is
    expect(rounds(readCalls(log.file, filter))).toEqual(expected);
    const open = readCalls(log.file, {});
    await log.close();
    expect(projected(log.file)).toBeGreaterThan(12);
    expect(rounds(readCalls(log.file, filter))).toEqual(expected);
    expect(readCalls(log.file, {})).toEqual(open);
  });

  test("pages go forward from an index, each call once", async () => {
    const log = await history();
    await log.close();
    const again = await reopen({ file: log.file, clock: () => start + 12_000 });
    await again.decide(allowed());
    const seen: number[] = [];
    for (let after = -1; ; ) {
      const page = readCalls(log.file, { after, limit: 5 });
      if (page.length === 0) break;
      seen.push(...rounds(page));
      after = page.at(-1)?.index ?? after;
    }
    expect(seen).toEqual(Array.from({ length: 13 }, (_, round) => round));
  });

  test("an outcome that the projection does not hold yet stands", async () => {
    const log = await openLog();
    const decided = await log.decide(allowed());
    await caughtUp(log);
    expect(readCalls(log.file, { unfinished: true })).toHaveLength(1);
    if (decided.decision === "recorded") await log.settle(decided.committed, outcome({ outcome: "cancelled", failure: "cancelled" }));
    expect(projected(log.file)).toBe(2);
    expect(readCalls(log.file, { outcome: "cancelled" })).toHaveLength(1);
    expect(readCalls(log.file, { code: "cancelled" })).toHaveLength(1);
    expect(readCalls(log.file, { unfinished: true })).toEqual([]);
  });

  test("the projection keeps up without a pause, and not one call is missing", async () => {
    const log = await openLog();
    const one = async (): Promise<void> => {
      const decided = await log.decide(allowed());
      if (decided.decision === "recorded") await log.settle(decided.committed, outcome());
    };
    for (let round = 0; round < 70; round += 1) await Promise.all(Array.from({ length: 128 }, one));
    expect(projected(log.file)).toBeGreaterThan(1000);
    expect(projected(log.file)).toBeLessThan(17_921);
    expect(readCalls(log.file, { outcome: "ok" })).toHaveLength(8960);
    expect(readCalls(log.file, { unfinished: true })).toEqual([]);
  });

  test("times are microseconds of UTC", async () => {
    const log = await openLog({ clock: () => start + 1.007 });
    await log.decide(allowed());
    expect(readCalls(log.file, {})[0]?.time).toBe(`${new Date(start).toISOString().slice(0, -4)}001007Z`);
  });
});

describe("following calls", () => {
  test("shows what there is, then each call once it ended, and stops when it is told to", async () => {
    const log = await openLog();
    await log.decide(denied({ tool: "earlier" }));
    const running = await log.decide(allowed({ tool: "running" }));
    const stop = new AbortController();
    const shown: string[] = [];
    const following = (async () => {
      for await (const call of followCalls(log.file, { limit: 10 }, { signal: stop.signal })) shown.push(`${call.tool} ${call.outcome}`);
    })();
    await until(() => shown.length === 2);
    expect(shown).toEqual(["earlier denied", "running unfinished"]);
    await log.decide(denied({ tool: "later" }));
    if (running.decision === "recorded") await log.settle(running.committed, outcome());
    await until(() => shown.length === 4);
    stop.abort();
    await following;
    expect(shown.slice(2).toSorted()).toEqual(["later denied", "running ok"]);
  });

  test.each([
    ["removed", (file: string) => rmSync(file)],
    ["moved away", (file: string) => renameSync(file, `${file}.old`)],
  ])("goes on with the new database from its first call when the old one is %s while servers write (E1)", async (_name, away) => {
    const old = await openLog();
    await old.decide(denied({ tool: "old" }));
    const stop = new AbortController();
    const shown: (string | null)[] = [];
    const following = (async () => {
      for await (const call of followCalls(old.file, { limit: 10, principal: "me" }, { signal: stop.signal })) shown.push(call.tool);
    })();
    await until(() => shown.length === 1);
    await old.decide(denied({ tool: "last" }));
    await old.decide(allowed({ tool: "running" }));
    for (const suffix of ["-wal", "-shm"]) away(old.file + suffix);
    away(old.file);
    // nothing is there, then something that is no log yet
    await sleep(200);
    const next = await reopen({ file: old.file });
    await next.decide(denied({ tool: "new" }));
    await next.decide(denied({ tool: "not asked for", principal: "research" }));
    await until(() => shown.includes("new"));
    await next.decide(denied({ tool: "newer" }));
    await until(() => shown.includes("newer"));
    stop.abort();
    await following;
    expect(shown).toEqual(["old", "last", "running", "new", "newer"]);
  });

  test("stops when it is told to while there is no database (E1)", async () => {
    const log = await openLog();
    const stop = new AbortController();
    const following = (async () => {
      for await (const call of followCalls(log.file, {}, { signal: stop.signal })) throw new Error(call.call);
    })();
    rmSync(log.file);
    await sleep(400);
    stop.abort();
    await following;
    expect(stop.signal.aborted).toBe(true);
  });

  test("shows only what the filter asks for, and nothing from before without a limit", async () => {
    const log = await openLog();
    await log.decide(denied());
    const stop = new AbortController();
    const shown: (string | null)[] = [];
    const following = (async () => {
      for await (const call of followCalls(log.file, { outcome: "failed" }, { signal: stop.signal })) shown.push(call.tool);
    })();
    await sleep(50);
    for (const [tool, result] of [
      ["fine", "ok"],
      ["broken", "failed"],
    ] as const) {
      const decided = await log.decide(allowed({ tool }));
      if (decided.decision === "recorded") await log.settle(decided.committed, outcome({ outcome: result }));
    }
    await until(() => shown.length > 0);
    stop.abort();
    await following;
    expect(shown).toEqual(["broken"]);
  });
});

function projected(file: string): number {
  const database = openSqlite(file, { readonly: true, busyMs: 1000 });
  const reach = database.pluck<number>("SELECT projected FROM log").get();
  database.close();
  return reach ?? -1;
}

/** Waits for the pause in which the log brings the projection up to date. */
async function caughtUp(log: SqliteEvidenceLog): Promise<void> {
  const size = (readCalls(log.file, { limit: 1 })[0]?.index ?? -1) + 1;
  await until(() => projected(log.file) >= size);
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 5000) throw new Error("waited in vain");
    await sleep(20);
  }
}
