import { tree, type RunningServer, type Tree } from "@postern/testing";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader, startWriter } from "../subjects.ts";

/** Edits of each process: enough that a lock which only seems to hold loses one. */
const each = process.env["POSTERN_LONG"] === "1" ? 500 : 75;

/** One more on the counter, however often others are faster. What the file says is read past the server, as any program could. */
async function increment(server: RunningServer, file: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const count = Number(readFileSync(file, "utf8").trim());
    const answer = await server.call("edit_file", { path: file, edits: [{ oldText: `${count}\n`, newText: `${count + 1}\n` }] });
    if (!answer.isError) return tries;
    expect(answer.failure?.code).toMatch(/^fs\.(no_match|conflict)$/);
  }
}

async function countUp(servers: readonly RunningServer[], place: Tree): Promise<void> {
  const file = place.at("root/counter.txt");
  await Promise.all(
    servers.map(async (server) => {
      for (let done = 0; done < each; done += 1) await increment(server, file);
    }),
  );
  expect(readFileSync(file, "utf8")).toBe(`${servers.length * each}\n`);
  expect(readdirSync(place.at("root"))).toEqual(["counter.txt"]);
}

describe("changes by several processes of ours follow each other, so none is lost (E2, N5)", () => {
  test(`4 processes with homes and logs of their own, ${each} edits each of one counter`, { timeout: 30_000 + each * 1_000 }, async () => {
    using place = tree({ "root/counter.txt": "0\n" });
    const servers = await Promise.all(Array.from({ length: 4 }, () => startWriter([place.at("root")])));
    await countUp(servers, place);
    for (const server of servers) {
      const done = server.calls({ outcome: "ok" });
      expect(done).toHaveLength(each);
      await server.close();
    }
  });

  test(`2 writers and a reader on one log, ${each} edits each by the digest that the reader gave`, { timeout: 30_000 + each * 1_000 }, async () => {
    using place = tree({ "root/counter.txt": "0\n", "log/": true });
    const log = place.at("log/evidence.db");
    const reader = await startReader([place.at("root"), "--evidence", log]);
    const writers = await Promise.all([startWriter([place.at("root"), "--evidence", log]), startWriter([place.at("root"), "--evidence", log])]);
    const path = place.at("root/counter.txt");
    await Promise.all(
      writers.map(async (server) => {
        for (let done = 0; done < each; ) {
          const read = await reader.call("read_text_file", { path, sha256: true });
          const [count = "", digest = ""] = /^(\d+)\n\n\[sha256 ([0-9a-f]{64})\]$/.exec(read.text)?.slice(1) ?? [];
          const answer = await server.call("write_file", { path, content: `${Number(count) + 1}\n`, ifMatch: digest });
          if (!answer.isError) done += 1;
          else expect(answer).toFailWith("fs.conflict");
        }
      }),
    );
    expect(readFileSync(path, "utf8")).toBe(`${writers.length * each}\n`);
    const calls = reader.calls({ server: "filesystem-write" });
    expect(calls.filter(({ outcome }) => outcome === "ok")).toHaveLength(writers.length * each);
    expect(calls.filter(({ outcome }) => outcome !== "ok" && outcome !== "failed")).toEqual([]);
    for (const server of [reader, ...writers]) await server.close();
  });

  test("lines that many calls append at once are all there, each whole", { timeout: 60_000 }, async () => {
    using place = tree({ "root/": true });
    const servers = await Promise.all(Array.from({ length: 3 }, () => startWriter([place.at("root")])));
    const path = place.at("root/log.txt");
    const line = (server: number, call: number): string => `${server}-${call}-${"x".repeat(50)}`;
    await Promise.all(
      servers.flatMap((server, index) =>
        Array.from({ length: 20 }, async (_, call) => {
          expect(await server.call("append_file", { path, content: `${line(index, call)}\n` })).toAllow();
        }),
      ),
    );
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.toSorted()).toEqual(servers.flatMap((_, server) => Array.from({ length: 20 }, (__, call) => line(server, call))).toSorted());
    for (const server of servers) await server.close();
  });

  test("of many who make one file, move one file or make one directory at once, exactly one does", { timeout: 60_000 }, async () => {
    using place = tree({ "root/one.txt": "1" });
    const servers = await Promise.all(Array.from({ length: 3 }, () => startWriter([place.at("root")])));
    const many = <Result>(call: (server: RunningServer, index: number) => Promise<Result>): Promise<readonly Result[]> =>
      Promise.all(Array.from({ length: 12 }, (_, index) => call(servers[index % 3] as RunningServer, index)));
    const moved = await many((server, index) => server.call("move_file", { source: place.at("root/one.txt"), destination: place.at(`root/moved-${index}`) }));
    expect(moved.filter(({ isError }) => !isError)).toHaveLength(1);
    const source = place.at("root", readdirSync(place.at("root"))[0] ?? "");
    const copied = await many((server) => server.call("copy_file", { source, destination: place.at("root/copy") }));
    expect(copied.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(copied.filter(({ failure }) => failure?.code === "fs.exists")).toHaveLength(11);
    const made = await many((server) => server.call("create_directory", { path: place.at("root/a/b/c") }));
    expect(made.filter(({ isError }) => !isError)).toHaveLength(12);
    const records = servers.flatMap((server) => server.calls({ tool: "create_directory" })).flatMap(({ changes }) => changes);
    expect(records.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(3);
    expect(statSync(join(place.at("root"), "a/b/c")).isDirectory()).toBe(true);
    for (const server of servers) await server.close();
  });

  test("two moves that cross each other do not wait for each other", { timeout: 60_000 }, async () => {
    using place = tree({ "root/a/x": "a", "root/b/y": "b" });
    const servers = await Promise.all([startWriter([place.at("root")]), startWriter([place.at("root")])]);
    for (let round = 0; round < 20; round += 1) {
      const [from, to] = round % 2 === 0 ? ["a", "b"] : ["b", "a"];
      const [one, other] = round % 2 === 0 ? ["b", "a"] : ["a", "b"];
      const answers = await Promise.all([
        servers[0]?.call("move_file", { source: place.at("root", from, "x"), destination: place.at("root", to, "x") }),
        servers[1]?.call("move_file", { source: place.at("root", one, "y"), destination: place.at("root", other, "y") }),
      ]);
      expect(answers.map((answer) => answer?.isError)).toEqual([false, false]);
    }
    for (const server of servers) await server.close();
  });
});
