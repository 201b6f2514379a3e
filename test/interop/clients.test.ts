import { readCalls } from "@postern/evidence";
import { tree, witness, withoutGuard, type Tree } from "@postern/testing";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { readerBin } from "../subjects.ts";
import { plantMany } from "../trees.ts";
import { hosts, type HostClient } from "./clients.ts";

const officialReadTools = [
  "read_file",
  "read_text_file",
  "read_media_file",
  "read_multiple_files",
  "list_directory",
  "list_directory_with_sizes",
  "directory_tree",
  "search_files",
  "get_file_info",
  "list_allowed_directories",
];

let files: Tree;
beforeAll(() => {
  files = tree({ "root/hello.txt": "hello\n", "root/sub/": true, "outside/secret.txt": "OUTSIDE", "home/": true });
  // Enough work that a call is still under way when it is cancelled, and long enough for progress.
  plantMany(files.at("root/many"), { folders: 300, perFolder: 100, content: "nothing to find here\n".repeat(20) });
});
afterAll(() => files.remove());

describe.each(hosts)("$name", (host) => {
  let client: HostClient;
  let evidence: string;
  beforeAll(async () => {
    evidence = files.at("home", `${host.name.replaceAll(/\W+/g, "-")}.db`);
    client = await host.connect(readerBin, [files.at("root")], { PATH: process.env["PATH"] ?? "", HOME: files.at("home"), POSTERN_EVIDENCE: evidence });
  });
  afterAll(() => client[Symbol.asyncDispose]());

  test("settles on its revision", () => {
    expect(client.protocol).toBe(host.protocol);
  });

  test("lists the official read tools and content search, with closed schemas, all marked as reading (S3, S5)", async () => {
    const tools = await client.tools();
    expect(tools.map((tool) => tool.name).toSorted()).toEqual([...officialReadTools, "search_file_contents"].toSorted());
    for (const tool of tools) {
      expect(tool).toMatchObject({ inputSchema: { type: "object", additionalProperties: false }, annotations: { readOnlyHint: true } });
    }
  });

  test("completes a call, with a receipt that names its record (E1, E5, S5)", async () => {
    const answer = await client.call("read_text_file", { path: files.at("root/hello.txt") });
    expect(answer).toAllow();
    expect(answer.text).toBe("hello\n");
    const [record] = readCalls(evidence, { call: answer.receipt?.call ?? "none" });
    expect(record).toMatchObject({
      tool: "read_text_file",
      decision: "allow",
      outcome: "ok",
      index: answer.receipt?.index,
      endpoint: "tools/call",
      transport: "stdio",
    });
    expect(record?.protocol).toBe(host.protocol ?? null);
  });

  test("gets a typed denial for a neighbor that works without the guard, and nothing is read (S5, E3, F3)", async () => {
    const path = `${files.at("root")}/sub/../../outside/secret.txt`;
    expect(withoutGuard.read(path).toString()).toBe("OUTSIDE");
    const watch = witness(files.at("outside"));
    const answer = await client.call("read_text_file", { path });
    expect(answer).toDenyWith("path.outside_root");
    expect(answer.structuredContent).toBeUndefined();
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    const [record] = readCalls(evidence, { call: answer.denial?.receipt.call ?? "none" });
    expect(record).toMatchObject({ decision: "deny", code: "path.outside_root", outcome: "denied", tool: "read_text_file" });
    expect(record?.targets).toMatchObject([{ raw: path, decision: "deny" }]);
  });

  test("gets a typed failure that is no denial for a file that does not exist (E3)", async () => {
    expect(await client.call("read_text_file", { path: files.at("root/gone.txt") })).toFailWith("fs.not_found");
  });

  test("hears progress on long work, rising and never past the total", async () => {
    const heard: number[] = [];
    const answer = await client.call("search_file_contents", { path: files.at("root"), pattern: "absent" }, { onProgress: (progress) => heard.push(progress) });
    expect(answer).toAllow();
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  test("cancels: the work stops, the record says so, the next call is answered at once (E2)", async () => {
    const abort = new AbortController();
    const call = client.call(
      "search_file_contents",
      { path: files.at("root"), pattern: "never (there)*", literal: false },
      { signal: abort.signal, onProgress: () => {} },
    );
    const ended = expect(call).rejects.toThrow();
    await sleep(60);
    abort.abort();
    await ended;
    const before = performance.now();
    expect(await client.call("read_text_file", { path: files.at("root/hello.txt") })).toAllow();
    expect(performance.now() - before).toBeLessThan(2_000);
    await expect.poll(() => readCalls(evidence, { tool: "search_file_contents" }).at(-1)?.outcome, { timeout: 3_000 }).toBe("cancelled");
  });
});
