import { renameSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EvidenceUnavailable } from "../src/evidence-log.ts";
import type { SessionRow } from "../src/shared-state.ts";
import { openLog, reopen } from "./scratch.ts";

const id = "2b1c";
const row: SessionRow = { owner: "acme/ada", client: "agent 1", protocol: "2025-11-25", asks: true, used: 1_000 };

describe("a session that several servers use (P2)", () => {
  test("is ended for all of them by whichever ends it, and no use that was on its way brings it back", async () => {
    const one = await openLog();
    const other = await reopen({ file: one.file, server: "another" });
    await one.sessions.begin(id, row, 0);
    await other.sessions.use(id, 2_000);
    expect([await one.sessions.find(id), await other.sessions.find(id)]).toEqual([
      { ...row, used: 2_000 },
      { ...row, used: 2_000 },
    ]);
    await Promise.all([one.sessions.end(id), other.sessions.use(id, 3_000), one.sessions.use(id, 3_000)]);
    expect([await one.sessions.find(id), await other.sessions.find(id)]).toEqual([undefined, undefined]);
  });

  test("was used last when the latest of them used it", async () => {
    const log = await openLog();
    await log.sessions.begin(id, row, 0);
    for (const used of [5_000, 4_000]) await log.sessions.use(id, used);
    expect((await log.sessions.find(id))?.used).toBe(5_000);
  });

  test("is neither there nor gone while its file is away: that cannot be known (S4)", async () => {
    const log = await openLog();
    await log.sessions.begin(id, row, 0);
    renameSync(log.file, `${log.file}.away`);
    await expect(log.sessions.find(id)).rejects.toThrow(EvidenceUnavailable);
    renameSync(`${log.file}.away`, log.file);
    await expect.poll(() => log.sessions.find(id).catch(() => "not yet"), { timeout: 10_000 }).toEqual(row);
  });
});
