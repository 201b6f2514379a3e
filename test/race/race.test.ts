import { readFile, realpath } from "node:fs/promises";
import { describe, test } from "vitest";
import { expect } from "../expect.ts";
import { peers, startPeer, startReader } from "../subjects.ts";
import { attacks, wage, type Attack, type Victim } from "./harness.ts";

const long = process.env["POSTERN_LONG"] === "1";
/** How long each of our tools is attacked. */
const siege = long ? 10_000 : 700;
/** How long the harness may take to show that it would catch an escape. */
const proof = 20_000;

async function startOurs(root: string): Promise<Victim> {
  const server = await startReader([root]);
  return {
    async call(attack, at) {
      const answer = await server.call(attack.tool, attack.input(at));
      // Under attack a call may be allowed, denied or fail; each of these is typed.
      if (answer.isError)
        expect(answer.denial?.code ?? answer.failure?.code).toMatch(
          /^(path\.symlink_escape|path\.raced|fs\.not_found|fs\.not_directory|fs\.is_directory|path\.special_file)$/,
        );
      return answer.isError ? undefined : JSON.stringify(answer.content);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

describe.each(attacks)("$tool while another process exchanges $exchange", (attack) => {
  test(
    "lets nothing out in any of its answers (F3, S1)",
    async () => {
      const toll = await wage(attack, startOurs, siege);
      expect(toll.calls).toBeGreaterThanOrEqual(24);
      expect(toll.answered).toBeGreaterThan(0);
      expect(toll.escapes).toBe(0);
    },
    siege + 60_000,
  );
});

describe("the same harness catches those that check first and open later, so it would catch us", () => {
  const reads = attacks.filter((attack) => attack.tool === "read_text_file");

  test.each(reads)(
    "realpath, compare, then open, under the exchange of $exchange (F3)",
    async (attack) => {
      expect(await escapesOf(attack, startNaive)).toBeGreaterThan(0);
    },
    120_000,
  );

  describe.each(peers)("the official server %s", (peer) => {
    test.each(reads.filter((attack) => attack.exchange === "folder and link"))(
      "$tool under the exchange of $exchange (F3)",
      async (attack) => {
        expect(await escapesOf(attack, (root) => startPeer(peer, root).then(asVictim))).toBeGreaterThan(0);
      },
      120_000,
    );
  });
});

/** Attacks in short rounds until something escapes, or the time for it is over. */
async function escapesOf(attack: Attack, start: (root: string) => Promise<Victim>): Promise<number> {
  const until = performance.now() + proof;
  let escapes = 0;
  while (escapes === 0 && performance.now() < until) escapes += (await wage(attack, start, 1_500)).escapes;
  return escapes;
}

async function startNaive(root: string): Promise<Victim> {
  return {
    async call(attack, at) {
      try {
        const path = await realpath(String(attack.input(at)["path"]));
        return path.startsWith(`${root}/`) ? await readFile(path, "utf8") : undefined;
      } catch {
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

function asVictim(peer: Awaited<ReturnType<typeof startPeer>>): Victim {
  return { call: (attack, at) => peer.call(attack.tool, attack.input(at)), [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}
