import { openEvidence, type SessionOwners } from "@postern/evidence";
import { EvidenceUnavailable } from "@postern/evidence/unavailable";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Sessions } from "../src/http/sessions.ts";

const minute = 60_000;
const said = { client: "agent 1", protocol: "2025-11-25", asks: false };

beforeEach(() => {
  // timers go on: only the clock of the wall is ours
  vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
  return () => vi.useRealTimers();
});

/** What two servers know of sessions, over one log. */
async function twoServers(): Promise<readonly [Sessions, Sessions]> {
  const directory = mkdtempSync(join(tmpdir(), "postern-sessions-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const open = async (server: string): Promise<Sessions> => {
    const log = await openEvidence({ file: join(directory, "evidence.db"), server });
    onTestFinished(() => log.close());
    return new Sessions(log.sessions);
  };
  return [await open("one"), await open("other")];
}

async function begun(sessions: Sessions): Promise<string> {
  return (await sessions.begin("ada", said))?.id ?? expect.unreachable("a session");
}

async function pass(minutes: number): Promise<void> {
  vi.setSystemTime(Date.now() + minutes * minute);
  // what was told of a use is committed by then
  await new Promise((resolve) => setTimeout(resolve, 20));
}

async function stands(sessions: Sessions, id: string, owner = "ada"): Promise<boolean> {
  const found = await sessions.find(id, owner);
  return typeof found === "object";
}

describe("a session that servers share (P2)", () => {
  test("is not over on one server while it is used on another", async () => {
    const [one, other] = await twoServers();
    const id = await begun(one);
    for (let round = 0; round < 8; round += 1) {
      await pass(10);
      expect(await stands(other, id)).toBe(true);
    }
    await pass(10);
    expect(await stands(one, id)).toBe(true);
  });

  test("lives half an hour after its last use, and is over for all of them soon after", async () => {
    const [one, other] = await twoServers();
    const [id, touched] = [await begun(one), await begun(one)];
    await pass(7);
    // a use that is not told at once
    expect(await stands(other, touched)).toBe(true);
    await pass(30);
    expect(await stands(one, touched)).toBe(true);
    await pass(1);
    expect([await stands(other, id), await stands(one, id)]).toEqual([false, false]);
    expect(await stands(one, touched)).toBe(true);
  });

  test("that is over on one is so on the other, whatever that one remembers", async () => {
    const [one, other] = await twoServers();
    const id = await begun(one);
    expect(await stands(other, id)).toBe(true);
    await pass(38);
    expect(await stands(other, id)).toBe(false);
    vi.setSystemTime(Date.now() - 38 * minute);
    expect([await stands(one, id), await stands(other, id)]).toEqual([false, false]);
  });

  test("ends everywhere when its owner is taken out of the policy, and nobody else's does", async () => {
    const [one, other] = await twoServers();
    const id = await begun(one);
    const bobs = (await one.begin("bob", said))?.id ?? expect.unreachable("a session");
    expect([await stands(other, id), await stands(other, bobs, "bob")]).toEqual([true, true]);
    one.retain(new Set(["bob"]));
    await pass(0);
    expect([await stands(other, id), await stands(one, id)]).toEqual([false, false]);
    expect([await stands(other, bobs, "bob"), await other.find(bobs, "ada")]).toEqual([true, "another"]);
  });

  test("that could not be told at its beginning is told before it is used", async () => {
    let away = true;
    const rows = new Map<string, Awaited<ReturnType<SessionOwners["find"]>>>();
    const shared: SessionOwners = {
      begin: async (id, row) => {
        if (away) throw new EvidenceUnavailable("away");
        rows.set(id, row);
      },
      find: (id) => Promise.resolve(rows.get(id)),
      use: () => Promise.resolve(),
      end: async (id) => void rows.delete(id),
    };
    const [one, other] = [new Sessions(shared), new Sessions(shared)];
    const id = await begun(one);
    expect(await one.find(id, "ada")).toBe("unknowable");
    away = false;
    expect([await stands(other, id), await stands(one, id), await stands(other, id)]).toEqual([false, true, true]);
  });
});

test("a session that nobody shares is over after half an hour, and not before", async () => {
  const alone = new Sessions();
  const id = await begun(alone);
  await pass(30);
  expect(await stands(alone, id)).toBe(true);
  vi.setSystemTime(Date.now() + 30 * minute + 1);
  expect(await stands(alone, id)).toBe(false);
});
