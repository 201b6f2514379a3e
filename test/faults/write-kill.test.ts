import { tree } from "@postern/testing";
import { readCalls } from "@postern/evidence";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader, startWriter } from "../subjects.ts";

const rounds = process.env["POSTERN_LONG"] === "1" ? 60 : 10;
const size = 6 * 1024 * 1024;
/** A version of the file tells by each of its bytes which one it is. */
const version = (letter: string): string => letter.repeat(size);

describe("kill -9 in the middle of large writes", () => {
  test(`leaves the old file or the new one, whole, over ${rounds} rounds, and nothing beside it after the next start (E2, N5)`, {
    timeout: 60_000 + rounds * 5_000,
  }, async () => {
    using place = tree({ "root/a.txt": version("A"), "root/sub/": true, "log/": true });
    const log = place.at("log/evidence.db");
    const path = place.at("root/a.txt");
    const left = (): readonly string[] => readdirSync(place.at("root"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".postern."));
    const seen = new Set<string>();
    let littered = 0;
    for (let round = 0; round < rounds; round += 1) {
      const server = await startWriter([place.at("root"), "--evidence", log]);
      // What the last round left is cleared away beside the start; a listing never shows it.
      await expect.poll(left, { timeout: 10_000 }).toEqual([]);
      const letter = String.fromCharCode(66 + (round % 20));
      const calls = [
        server.call("write_file", { path, content: version(letter) }),
        server.call("write_file", { path: place.at(`root/sub/${round}.txt`), content: version(letter) }),
        server.call("append_file", { path: place.at("root/sub/log.txt"), content: version("L") }),
      ];
      // From the first name of a write on, so that each round kills a server at work.
      for (let looks = 0; looks < 20_000 && left().length === 0; looks += 1) await setImmediate();
      await sleep(Math.random() * 25);
      server.process.kill("SIGKILL");
      await server.process.exited;
      await Promise.allSettled(calls);
      littered += left().length;
      const content = readFileSync(path, "utf8");
      expect(content.length).toBe(size);
      expect(content === version(content[0] ?? "")).toBe(true);
      seen.add(content[0] ?? "");
      for (const name of readdirSync(place.at("root/sub")).filter((each) => !each.startsWith("."))) {
        const other = readFileSync(place.at("root/sub", name), "utf8");
        expect(other.length % size).toBe(0);
        expect(other).toBe((other[0] ?? "").repeat(other.length));
      }
      await server.close();
    }
    // The rounds did meet the writes: some were cut off, and some of those left something to clear away.
    const records = readCalls(log, { limit: 10_000 });
    expect(records.filter(({ outcome }) => outcome === "unfinished" || outcome === "unknown").length).toBeGreaterThan(0);
    expect(littered).toBeGreaterThan(0);

    await using last = await startWriter([place.at("root"), "--evidence", log]);
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    expect(await last.call("write_file", { path, content: "the end" })).toAllow();
  });

  test("what a dead writer left is never listed, read or written, and its lock holds nobody up (E2)", { timeout: 60_000 }, async () => {
    using place = tree({ "root/sub/": true });
    writeFileSync(place.at("root/big.bin"), Buffer.alloc(400 * 1024 * 1024));
    const left = (): readonly string[] => readdirSync(place.at("root/sub")).filter((name) => name.startsWith(".postern."));
    await using writer = await startWriter([place.at("root")]);
    await using reader = await startReader([place.at("root")]);
    // Its own look around is over by then, so that what the other one leaves stays for the while.
    expect(await writer.call("create_directory", { path: "warm" })).toAllow();
    const dying = await startWriter([place.at("root")]);
    const copying = dying.call("copy_file", { source: "big.bin", destination: "sub/copy.bin" });
    await expect.poll(() => left().length, { interval: 1, timeout: 10_000 }).toBe(2);
    dying.process.kill("SIGKILL");
    await Promise.allSettled([copying, dying.process.exited]);
    const [temporary = ""] = left().filter((name) => name.endsWith(".tmp"));
    expect(left()).toHaveLength(2);
    for (const [tool, input] of [
      ["list_directory", { path: "sub" }],
      ["list_directory_with_sizes", { path: "sub" }],
      ["directory_tree", { path: "" }],
      ["search_files", { path: "", pattern: "**" }],
      ["search_file_contents", { path: "", pattern: "postern", literal: true }],
    ] as const) {
      expect((await reader.call(tool, input)).text, tool).not.toContain(".postern.");
    }
    expect(await reader.call("read_text_file", { path: `sub/${temporary}` })).toDenyWith("path.protected");
    expect(await writer.call("write_file", { path: `sub/${temporary}`, content: "x" })).toDenyWith("path.protected");
    const begun = performance.now();
    expect(await writer.call("write_file", { path: "sub/copy.bin", content: "b" })).toAllow();
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(left()).toEqual([temporary]);
    await dying.close();
  });
});
