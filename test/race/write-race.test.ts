import { writeFile } from "node:fs/promises";
import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { peers, startPeer, startWriterBy, type Peer } from "../subjects.ts";
import { tree } from "@postern/testing";
import { escapesOf, wageOnWriter, writeAttacks, type WriteAttack, type Writer, type WriteToll } from "./write-harness.ts";

const long = process.env["POSTERN_LONG"] === "1";
/** How long each of our tools is attacked. */
const siege = long ? 10_000 : 500;
/** How long the harness may take to show that it would catch an escape. */
const proof = 20_000;

/** Under attack a call may be done, denied or fail; each of these is typed. */
const typed =
  /^(path\.symlink_escape|path\.raced|path\.hardlink|fs\.not_found|fs\.not_directory|fs\.is_directory|fs\.exists|fs\.conflict|fs\.no_match|fs\.ambiguous_match)$/;

async function startOurs(root: string): Promise<Writer> {
  const place = tree({ "policy/": true });
  const server = await startWriterBy(place.at("policy"), `{ roots: [{ path: ${JSON.stringify(root)} }], delete: allow, durability: none }`);
  return {
    async call({ tool, input }, at, turn) {
      const answer = await server.call(tool, input(at, turn));
      if (answer.isError) expect(answer.denial?.code ?? answer.failure?.code).toMatch(typed);
      return !answer.isError;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      place.remove();
    },
  };
}

async function startOfficial(peer: Peer, root: string): Promise<Writer> {
  const server = await startPeer(peer, root);
  return {
    call: async ({ tool, input }, at, turn) => (await server.call(tool, input(at, turn))) !== undefined,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Resolves the parent, compares, then writes by name: what most servers do. */
async function startNaive(root: string): Promise<Writer> {
  return {
    async call({ input }, at, turn) {
      try {
        const path = String(input(at, turn)["path"]);
        if (!(await realpath(dirname(path))).startsWith(root)) return false;
        await writeFile(path, "written by name");
        return true;
      } catch {
        return false;
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

const report: string[] = [];
const told = (who: string, attack: WriteAttack, toll: WriteToll): void =>
  void report.push(
    `${attack.name} | ${who} | ${toll.done}/${toll.calls} | ${toll.made} made, ${toll.changed} changed, ${toll.removed} removed outside, ${toll.stolen} stolen`,
  );
afterAll(() => {
  if (long) process.stdout.write(`${report.toSorted().join("\n")}\n`);
});

describe.each(writeAttacks)("$name while another process exchanges a $exchange and a link that leads out", (attack) => {
  test(
    "makes, changes and removes nothing outside, and brings nothing in (F3, S1, S3)",
    async () => {
      const toll = await wageOnWriter(attack, startOurs, siege);
      told("postern", attack, toll);
      expect(toll.calls).toBeGreaterThanOrEqual(24);
      if (attack.outsideOnly !== true) expect(toll.done).toBeGreaterThan(0);
      expect(toll).toMatchObject({ made: 0, changed: 0, removed: 0, stolen: 0 });
    },
    siege + 60_000,
  );

  // For its numbers beside ours, in long runs only.
  test.each(long && attack.own !== true ? peers : [])(
    "the official server %s for as long",
    async (peer) => {
      const toll = await wageOnWriter(attack, (root) => startOfficial(peer, root), siege);
      told(`official ${peer}`, attack, toll);
      expect(toll.calls).toBeGreaterThan(0);
    },
    siege + 60_000,
  );
});

describe("the same harness catches those that check first and write later, so it would catch us", () => {
  const byName = (name: string): WriteAttack => writeAttacks.find((attack) => attack.name === name) as WriteAttack;

  test.each(["write_file new", "write_file over"])(
    "realpath of the parent, compare, then %s by name (F3)",
    async (name) => {
      expect(await escapesWithin(byName(name), startNaive)).toBeGreaterThan(0);
    },
    120_000,
  );

  test.each([
    ["2026", "write_file new"],
    ["2026", "create_directory"],
    ["2026", "move_file out"],
    ["2.0", "move_file out"],
  ] as const)(
    "the official server %s at %s (F3)",
    async (peer, name) => {
      expect(await escapesWithin(byName(name), (root) => startOfficial(peer, root))).toBeGreaterThan(0);
    },
    120_000,
  );
});

/** Attacks in short rounds until something escapes, or the time for it is over. */
async function escapesWithin(attack: WriteAttack, start: (root: string) => Promise<Writer>): Promise<number> {
  const until = performance.now() + proof;
  let escapes = 0;
  while (escapes === 0 && performance.now() < until) escapes += escapesOf(await wageOnWriter(attack, start, 1_500));
  return escapes;
}
