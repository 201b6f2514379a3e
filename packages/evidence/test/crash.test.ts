import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readCalls } from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { start } from "./child.ts";
import { leaves } from "./leaves.ts";
import { reopen, scratch } from "./scratch.ts";

const long = process.env["POSTERN_LONG"] === "1";

/** Starts four writers, half of them with durable decisions; kills each at a random moment; tells what they had acknowledged. */
async function killedWriters(file: string): Promise<readonly string[]> {
  const children = ["read", "write", "read", "write"].map((effect) => start("writer-process.ts", [file, "0", "4", "0", effect]));
  await Promise.all(
    children.map(async (child) => {
      await child.seen("ready");
      await sleep(Math.random() * 60);
      child.process.kill("SIGKILL");
      await child.ended();
    }),
  );
  return children.flatMap((child) => child.lines);
}

function ids(lines: readonly string[], letter: string): readonly string[] {
  return lines.filter((line) => line.startsWith(`${letter} `)).map((line) => line.slice(2));
}

describe("a process that is killed loses nothing that it acknowledged (E2)", () => {
  const rounds = long ? 250 : 25;
  test(`decisions and outcomes, ${rounds * 4} kills`, { timeout: 600_000 }, async () => {
    const file = join(scratch(), "evidence.db");
    await start("writer-process.ts", [file, "1"]).ended();
    let acknowledged = 0;
    const lost: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const newest = readCalls(file, { limit: 1 })[0]?.index ?? -1;
      const lines = await killedWriters(file);
      const found = new Map(readCalls(file, { after: newest }).map((call) => [call.call, call.outcome]));
      lost.push(...ids(lines, "d").filter((id) => !found.has(id)));
      lost.push(...ids(lines, "o").filter((id) => found.get(id) !== "ok"));
      acknowledged += ids(lines, "d").length;
    }
    expect(lost).toEqual([]);
    expect(acknowledged).toBeGreaterThan(rounds * 4);
    const database = openSqlite(file, { readonly: true, busyMs: 1000 });
    expect(database.pragma("integrity_check")).toBe("ok");
    database.close();
  });
});

describe("calls that a killed process left open (E2)", () => {
  test("are unfinished at first, and unknown once a server started again; each gets one recovered leaf", async () => {
    const file = join(scratch(), "evidence.db");
    let open: readonly string[] = [];
    for (let round = 0; open.length === 0 && round < 50; round += 1) {
      await killedWriters(file);
      open = readCalls(file, { outcome: "unfinished" }).map((call) => call.call);
    }
    expect(open.length).toBeGreaterThan(0);
    const before = readCalls(file, {}).filter((call) => call.outcome === "ok").length;
    await reopen({ file });
    expect(readCalls(file, { outcome: "unfinished" })).toEqual([]);
    expect(readCalls(file, { outcome: "unknown", unfinished: true }).map((call) => call.call)).toEqual(expect.arrayContaining([...open]));
    expect(readCalls(file, { outcome: "ok" })).toHaveLength(before);
    await reopen({ file });
    const recovered = leaves(file).filter((leaf) => leaf["kind"] === "recovered");
    expect(new Set(recovered.map((leaf) => leaf["call"])).size).toBe(recovered.length);
    expect(recovered.map((leaf) => leaf["call"])).toEqual(expect.arrayContaining([...open]));
  });

  test("stay unfinished while their process lives, whoever else starts", async () => {
    const file = join(scratch(), "evidence.db");
    const child = start("holding-process.ts", [file]);
    await child.seen("open");
    await reopen({ file });
    expect(readCalls(file, {})).toMatchObject([{ outcome: "unfinished" }]);
    child.process.stdin?.end();
    await child.ended();
    expect(readCalls(file, {})).toMatchObject([{ outcome: "ok" }]);
  });
});
