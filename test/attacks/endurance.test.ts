import { tree, type Answer, type RunningServer, type Tree } from "@postern/testing";
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, symlinkSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";
import { plantDeep, plantMany } from "../trees.ts";

// What kills or blocks other servers: they hang on the fifth FIFO, die of a 700 MB file, and stop answering over a pattern.
let files: Tree;
let server: RunningServer;
let socket: Server;
const devices = makeDevice();

beforeAll(async () => {
  files = tree({ "root/small.txt": "small\n", "root/pipe |": true, "root/deep/": true, "root/wide/": true, "root/long/": true });
  sparse(files.at("root/huge.txt"), 700 * 1024 * 1024);
  sparse(files.at("root/huge.png"), 700 * 1024 * 1024);
  sparse(files.at("root/giant.txt"), 3 * 1024 * 1024 * 1024);
  plantDeep(files.at("root/deep"), 3_000);
  plantMany(files.at("root/wide"), { folders: 500, perFolder: 100 });
  plantMany(files.at("root/long"), { folders: 1, perFolder: 1 });
  if (devices) execFileSync("mknod", [files.at("root/zero"), "c", "1", "5"]);
  symlinkSync("/dev/zero", files.at("root/zero-link"));
  socket = createServer().listen(files.at("root/socket"));
  server = await startReader([files.at("root")]);
}, 120_000);
afterAll(async () => {
  await server.close();
  socket.close();
  files.remove();
}, 120_000);

/** Runs the attack and asks for a small file all the while: none of these may take long, and the server must be there afterwards. */
async function besieged<Result>(attack: Promise<Result>, patience = 1_000): Promise<Result> {
  const state = { over: false };
  const ended = attack.finally(() => (state.over = true));
  ended.catch(() => {});
  do {
    const before = performance.now();
    expect(await server.call("read_text_file", { path: files.at("root/small.txt") })).toAllow();
    expect(performance.now() - before).toBeLessThan(patience);
    await sleep(10);
  } while (!state.over);
  expect(server.process.running).toBe(true);
  return ended;
}

describe("special files are refused without being opened, and the server goes on (F3, N5)", () => {
  const tools = ["read_file", "read_text_file", "read_media_file", "get_file_info"];

  test.each(tools)("%s on eight FIFOs at once", async (tool) => {
    const answers = await besieged(Promise.all(Array.from({ length: 8 }, () => server.call(tool, { path: files.at("root/pipe") }))));
    for (const answer of answers) expect(answer).toDenyWith("path.special_file");
  });

  test.each(tools)("%s on a socket", async (tool) => {
    expect(await server.call(tool, { path: files.at("root/socket") })).toDenyWith("path.special_file");
  });

  test.skipIf(!devices).each(tools)("%s on an endless device (needs root and a file system that allows devices)", async (tool) => {
    expect(await besieged(server.call(tool, { path: files.at("root/zero") }))).toDenyWith("path.special_file");
  });

  test.each(tools)("%s on a link to an endless device", async (tool) => {
    expect(await server.call(tool, { path: files.at("root/zero-link") })).toDenyWith("path.symlink_escape");
  });

  test("content search over a folder with a FIFO, a socket and a device passes them by", async () => {
    const answer = await besieged(server.call("search_file_contents", { path: files.at("root"), pattern: "small", include: ["*", "long/**"], limit: 5 }));
    expect(answer).toAllow();
    expect(answer.text).toContain("small.txt");
  });
});

describe("huge files answer with a page or a typed refusal, in bounded memory (N5)", () => {
  test.each([
    ["read_text_file", "root/huge.txt", {}],
    ["read_text_file", "root/huge.txt", { head: 1 }],
    ["read_text_file", "root/huge.txt", { tail: 1 }],
    ["read_text_file", "root/giant.txt", {}],
    ["read_media_file", "root/huge.png", {}],
    ["read_multiple_files", "root/giant.txt", {}],
  ])("%s of %s with %j", async (tool, path, more) => {
    const input = tool === "read_multiple_files" ? { paths: [files.at(path)] } : { path: files.at(path), ...more };
    const answer = await besieged(server.call(tool, input));
    expect(Buffer.byteLength(JSON.stringify(answer.raw))).toBeLessThan(9 * 1024 * 1024);
    if (answer.isError) expect(answer.denial?.code ?? answer.failure?.code).toMatch(/^(limit\.result|fs\.encoding|deadline)$/);
    expect(residentMiB()).toBeLessThan(400);
  });
});

/** Each alternative holds as many classes as fit: by the thousand they took an engine four minutes. */
const costly = Array.from({ length: 64 }, () => `{1..128}${"[[:alpha:]]".repeat(40)}`);

describe("huge trees and hostile patterns are bounded, and other calls go on meanwhile (N5)", () => {
  test.each([
    ["a tree of a 3,000-deep chain", "directory_tree", { path: "deep" }],
    ["a name search down that chain", "search_files", { path: "deep", pattern: "**/leaf.txt" }],
    ["a content search down that chain", "search_file_contents", { path: "deep", pattern: "deep" }],
    ["a tree of 50,000 entries", "directory_tree", { path: "wide" }],
    ["a name search over them", "search_files", { path: "wide", pattern: "**/*9*.txt" }],
    ["a name search that matches all", "search_files", { path: "wide", pattern: "**" }],
    ["an extglob bomb", "search_files", { path: "wide", pattern: "+(a|+(b|+(c|+(d|+(e|*)))))" }],
    ["another extglob bomb", "search_files", { path: "wide", pattern: "*(*(*(*(*(*(*(*(f))))))))x" }],
    ["a star bomb", "search_files", { path: "wide", pattern: `${"*a".repeat(20)}b` }],
    ["a globstar bomb", "search_files", { path: "wide", pattern: `${"**/".repeat(40)}x` }],
    ["a brace bomb", "search_files", { path: "wide", pattern: "{a,b}".repeat(30) }],
    ["a range bomb", "search_files", { path: "wide", pattern: "{1..1000000}" }],
    ["a bomb among the exclusions", "search_files", { path: "wide", pattern: "x", excludePatterns: ["+(+(+(+(a*))))b", "{a,b}".repeat(30)] }],
    ["a bomb in a tree's exclusions", "directory_tree", { path: "wide", excludePatterns: ["{a,b}".repeat(30)] }],
    ["exclusions that take minutes to compile", "search_files", { path: "wide", pattern: "x", excludePatterns: costly }],
    ["a tree's that do", "directory_tree", { path: "wide", excludePatterns: costly }],
    ["exclusions that do, one by one", "search_files", { path: "wide", pattern: "x", excludePatterns: costly.map((glob) => glob.slice("{1..128}".length)) }],
    ["a catastrophic regular expression", "search_file_contents", { path: "wide", pattern: "^(a+)+$", literal: false }],
    ["a regular expression of huge repeats", "search_file_contents", { path: "wide", pattern: "((a{0,1000}){0,1000}){0,1000}", literal: false }],
    ["a backreference, which has no linear time", "search_file_contents", { path: "wide", pattern: "(a*)\\1", literal: false }],
    ["a pattern of 100,000 characters", "search_files", { path: "wide", pattern: "a".repeat(100_000) }],
  ])("%s", async (_name, tool, input) => {
    const answer = await besieged(server.call(tool, { ...input, path: files.at("root", input.path) }));
    expect(answer.error).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(answer.raw))).toBeLessThan(9 * 1024 * 1024);
    if (answer.isError) expect(answer.denial?.code ?? answer.failure?.code).toMatch(/^(input\.invalid|limit\.result|deadline)$/);
    expect(residentMiB()).toBeLessThan(500);
  });

  const hardCalls = (count: number): Promise<readonly Answer[]> =>
    Promise.all(
      Array.from({ length: count }, (_each, index) =>
        server.call(index % 2 === 0 ? "search_file_contents" : "search_files", { path: files.at("root/wide"), pattern: "**/nothing*" }, { timeoutMs: 60_000 }),
      ),
    );

  test("twelve hard calls at once leave room for a small one", { timeout: 90_000 }, async () => {
    for (const answer of await besieged(hardCalls(12), 2_000)) expect(answer).toAllow();
  });

  test("more hard calls than there are places wait for their turn; none is lost", { timeout: 90_000 }, async () => {
    for (const answer of await hardCalls(24)) expect(answer).toAllow();
  });
});

function sparse(path: string, size: number): void {
  const opened = openSync(path, "w");
  writeSync(opened, "first line\n");
  ftruncateSync(opened, size);
  closeSync(opened);
}

function residentMiB(): number {
  const status = readFileSync(`/proc/${server.process.pid}/status`, "utf8");
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) / 1024;
}

function makeDevice(): boolean {
  const probe = tree({});
  try {
    execFileSync("mknod", [probe.at("zero"), "c", "1", "5"], { stdio: "ignore" });
    const opened = openSync(probe.at("zero"), "r");
    const bytes = readSync(opened, Buffer.alloc(1));
    closeSync(opened);
    return bytes === 1;
  } catch {
    return false;
  } finally {
    probe.remove();
  }
}
