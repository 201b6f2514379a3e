import { answerOf, tree, type Tree } from "@postern/testing";
import { readCalls } from "@postern/evidence";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";

const rounds = process.env["POSTERN_LONG"] === "1" ? 100 : 8;
let files: Tree;
beforeAll(() => {
  files = tree({ "root/a.txt": "a\n", "log/": true });
});
afterAll(() => files.remove());

describe("kill -9 under load", () => {
  const acknowledged = new Set<string>();
  const interrupted = new Set<string>();

  test(`loses no acknowledged record over ${rounds} rounds on one log (E2)`, { timeout: 20_000 + rounds * 3_000 }, async () => {
    const log = files.at("log/evidence.db");
    for (let round = 0; round < rounds; round += 1) {
      const server = await startReader([files.at("root"), "--evidence", log], { era: "raw" });
      const before = acknowledged.size;
      let asked = 0;
      const ask = (): void => {
        asked += 1;
        const path = files.at("root", asked % 3 === 0 ? "gone.txt" : "a.txt");
        server.raw.send({ jsonrpc: "2.0", id: asked, method: "tools/call", params: { name: "read_text_file", arguments: { path } } });
      };
      const stop = server.raw.onMessage((message) => {
        const { receipt } = answerOf(message.result);
        if (receipt !== undefined) acknowledged.add(receipt.call);
        ask();
      });
      // As many as run and wait at once, and a new one for each that was answered.
      for (let first = 0; first < 200; first += 1) ask();
      // From the first answer on, so that each round kills a server at work.
      while (acknowledged.size === before) await sleep(1);
      await sleep(Math.random() * 60);
      server.process.kill("SIGKILL");
      await server.process.exited;
      stop();
      for (const call of readCalls(log, { unfinished: true, limit: 1_000 })) interrupted.add(call.call);
      await server.close();
    }
    const recorded = new Map(readCalls(log, { limit: 1_000_000 }).map((call) => [call.call, call]));
    const lost = [...acknowledged].filter((call) => !recorded.has(call));
    expect(acknowledged.size).toBeGreaterThan(rounds);
    expect(lost).toEqual([]);
    // An answer is sent after its outcome is written, so nobody who got one finds the call unfinished.
    expect([...acknowledged].filter((call) => !["ok", "failed"].includes(recorded.get(call)?.outcome ?? ""))).toEqual([]);
  });

  test("what was under way shows as such, and is closed by the next server to start (E2)", { timeout: 30_000 }, async () => {
    const log = files.at("log/evidence.db");
    const server = await startReader([files.at("root"), "--evidence", log]);
    expect(await server.call("read_text_file", { path: files.at("root/a.txt") })).toAllow();
    await server.close();
    expect(interrupted.size).toBeGreaterThan(0);
    const calls = readCalls(log, { limit: 1_000_000 });
    expect(calls.filter((call) => interrupted.has(call.call)).map((call) => call.outcome)).toEqual(Array.from(interrupted, () => "unknown"));
    expect(calls.filter((call) => call.outcome === "unfinished")).toEqual([]);
  });
});

describe("an orderly end", () => {
  test.each([["SIGTERM"], ["SIGINT"]] as const)("on %s leaves every decided call with an outcome and exits 0 (E2)", async (signal) => {
    using own = tree({ "root/a.txt": "a\n", "log/": true });
    const log = own.at("log/evidence.db");
    const server = await startReader([own.at("root"), "--evidence", log], { era: "raw" });
    for (let call = 0; call < 200; call += 1) {
      server.raw.send({ jsonrpc: "2.0", id: call, method: "tools/call", params: { name: "read_text_file", arguments: { path: own.at("root/a.txt") } } });
    }
    await expect.poll(() => server.process.lines.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const before = performance.now();
    server.process.kill(signal);
    expect(await server.process.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - before).toBeLessThan(3_000);
    const calls = readCalls(log, { limit: 1_000 });
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter((call) => call.outcome === "unfinished" || call.outcome === "unknown")).toEqual([]);
  });

  test("on the end of its input, after answering what it was asked (E2)", async () => {
    using own = tree({ "root/a.txt": "a\n", "log/": true });
    const server = await startReader([own.at("root"), "--evidence", own.at("log/evidence.db")], { era: "raw" });
    await server.call("read_text_file", { path: own.at("root/a.txt") });
    expect(await server.process.end()).toEqual({ code: 0, signal: null });
    expect(readCalls(own.at("log/evidence.db"), {}).map((call) => call.outcome)).toEqual(["ok"]);
  });
});
