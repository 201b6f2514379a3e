import { hostileLines, tree, witness, type RunningServer, type Tree } from "@postern/testing";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader, startWriter } from "../subjects.ts";
import { asksFor, leaksIn, mustBeRecorded } from "./oracle.ts";

const count = process.env["POSTERN_LONG"] === "1" ? 100_000 : 5_000;
const seed = Number(process.env["POSTERN_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const batch = 100;

const envelope = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "fuzz", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};

/** Three ways in, a third of the lines each. */
const doors = [
  { name: "behind a 2025-era handshake", envelope: {}, open: (server: RunningServer) => server.raw.initialize() },
  { name: "from the first line on", envelope: {}, open: () => undefined },
  { name: "in the 2026 era", envelope, open: (server: RunningServer) => server.raw.request("server/discover", envelope) },
];

/** Both servers; the call between two batches shows that the server still does its work. */
const subjects = [
  { server: "filesystem-read", start: startReader, tool: "read_text_file", input: () => ({ path: files.at("shared/barrier/r.txt") }), told: '"r\\n"' },
  {
    server: "filesystem-write",
    start: startWriter,
    tool: "write_file",
    input: () => ({ path: files.at("shared/barrier/w.txt"), content: "w" }),
    told: "Successfully wrote",
  },
] as const;

let files: Tree;
beforeEach(() => {
  files = tree({
    "shared/a.txt": "a\n",
    "shared/d/b.txt": "b\n",
    "shared/.env": "CANARY",
    "shared/out => ../outside": true,
    "shared/pipe |": true,
    "shared/barrier/r.txt": "r\n",
    "outside/secret.txt": "CANARY",
  });
});
afterEach(() => files.remove());

describe.each(doors)(`${Math.floor(count / doors.length)} random and mutated messages $name, seed ${seed}`, (door) => {
  test.each(subjects)(
    "leave $server alive, one record each, an answer to each request, and no answer that tells of the inside (E1, N5, S5)",
    {
      timeout: 60_000 + count * 20,
    },
    async (subject) => {
      await using server = await subject.start([files.at("shared")], { era: "raw" });
      const tools = await toolNames(subject);
      const outside = witness(files.at("outside"));
      const lines = hostileLines({
        seed: seed + doors.indexOf(door),
        count: Math.floor(count / doors.length),
        tools,
        paths: [
          "a.txt",
          "d",
          "d/b.txt",
          "gone",
          ".env",
          "out/secret.txt",
          "pipe",
          "../outside/secret.txt",
          files.at("shared/a.txt"),
          files.at("outside/secret.txt"),
          "/etc/passwd",
        ],
        envelope: door.envelope,
      });
      await door.open(server);
      const hidden = [dirname(server.evidence), files.at("outside")];
      const records = countedRecords(server);
      let must = 0;
      let may = 0;
      let barriers = 0;
      const waiting = new Set<string>();
      server.raw.onMessage((message) => waiting.delete(JSON.stringify(message.id)));

      for (let from = 0; from < lines.length; from += batch) {
        const some = lines.slice(from, from + batch);
        for (const { bytes, id } of some) {
          if (mustBeRecorded(bytes)) must += 1;
          else may += 1;
          if (asksFor(bytes, id)) waiting.add(JSON.stringify(id));
        }
        const seen = server.process.lines.length;
        server.process.write(Buffer.concat(some.flatMap(({ bytes }) => [bytes, Buffer.from("\n")])));
        barriers += 1;
        const barrier = await server.raw.request(
          "tools/call",
          { name: subject.tool, arguments: subject.input(), ...door.envelope },
          { id: `barrier-${barriers}` },
        );
        expect(JSON.stringify(barrier.result)).toContain(subject.told);
        await settled(() => waiting.size === 0 && records.read() >= must + barriers);
        expect([...waiting], "requests without an answer").toEqual([]);
        expect(records.read(), "records of these and all lines before").toBeGreaterThanOrEqual(must + barriers);
        expect(records.read()).toBeLessThanOrEqual(must + may + barriers);
        const sent = some.map(({ bytes }) => bytes.toString("utf8")).join("\n");
        for (const line of server.process.lines.slice(seen)) {
          expect(
            leaksIn(
              line,
              hidden.filter((path) => !sent.includes(path)),
            ),
            line.slice(0, 500),
          ).toEqual([]);
          expect(line).not.toContain("CANARY");
        }
        server.process.lines.length = 0;
      }
      expect(server.process.running).toBe(true);
      expect(server.process.stderr).not.toMatch(/\n\s+at |Error/);
      expect(outside.seen()).toEqual({ reads: [], changes: [] });
      expect(readFileSync(files.at("shared/.env"), "utf8")).toBe("CANARY");
      expect(server.calls({ unfinished: true }).filter((call) => call.decision === "allow")).toEqual([]);
    },
  );
});

const listed = new Map<string, readonly string[]>();

/** Tools by name, asked once on a connection of their own: the fuzzed one must not be spoken to first. */
async function toolNames({ server: name, start }: (typeof subjects)[number]): Promise<readonly string[]> {
  const known = listed.get(name);
  if (known !== undefined) return known;
  await using server = await start([files.at("shared")]);
  const names = await server.list();
  listed.set(name, names);
  return names;
}

/** Counts records by what is new since the last look. */
function countedRecords(server: RunningServer): { read(): number } {
  let total = 0;
  let after = -1;
  return {
    read() {
      const fresh = server.calls({ ...(after >= 0 && { after }), limit: 1_000_000 });
      total += fresh.length;
      after = fresh.at(-1)?.index ?? after;
      return total;
    },
  };
}

async function settled(done: () => boolean): Promise<void> {
  const until = performance.now() + 15_000;
  while (!done() && performance.now() < until) await sleep(5);
}
