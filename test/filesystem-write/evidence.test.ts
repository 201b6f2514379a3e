import { tree, type RunningServer, type Tree } from "@postern/testing";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startWriterBy, writerBin } from "../subjects.ts";

const operator = fileURLToPath(new URL("../../packages/cli/bin/postern.js", import.meta.url));
const digestOf = (content: string) => ({ bytes: Buffer.byteLength(content), sha256: createHash("sha256").update(content).digest("hex") });

let files: Tree;
const makePlace = (): void => void (files = tree({ "root/a.txt": "old\n", "policy/": true }));
const removePlace = (): void => files.remove();
function aPlaceForEach(): void {
  beforeEach(makePlace);
  afterEach(removePlace);
}

/** One server for all tests of a group, each of which finds the same root. */
function oneServer(more: string): () => RunningServer {
  let server: RunningServer;
  beforeAll(async () => {
    makePlace();
    server = await start(more);
  });
  beforeEach(() => {
    for (const name of readdirSync(files.at("root"))) rmSync(files.at("root", name), { recursive: true });
    writeFileSync(files.at("root/a.txt"), "old\n");
  });
  afterAll(async () => {
    await server.close();
    removePlace();
  });
  return () => server;
}

const start = (more = "", card?: string): Promise<RunningServer> =>
  startWriterBy(files.at("policy"), `{ roots: [{ path: ${JSON.stringify(files.at("root"))} }]${more} }`, card === undefined ? {} : { card });
const recordOf = (server: RunningServer, answer: { readonly receipt?: { readonly call: string } }) => server.calls({ call: answer.receipt?.call ?? "none" })[0];

describe("the record of an outcome says what changed, by size and digest (N2, E2)", () => {
  const running = oneServer(", delete: allow");

  test.each([
    [
      "write_file",
      { path: "a.txt", content: "new" },
      [{ argument: "path", change: "replaced", before: digestOf("old\n"), after: digestOf("new"), durable: true }],
    ],
    ["write_file", { path: "b.txt", content: "new" }, [{ argument: "path", change: "created", after: digestOf("new"), durable: true }]],
    [
      "append_file",
      { path: "a.txt", content: "new" },
      [{ argument: "path", change: "appended", before: digestOf("old\n"), after: digestOf("old\nnew"), durable: true }],
    ],
    [
      "edit_file",
      { path: "a.txt", edits: [{ oldText: "old", newText: "new" }] },
      [{ argument: "path", change: "edited", before: digestOf("old\n"), after: digestOf("new\n"), durable: true }],
    ],
    ["create_directory", { path: "d/e" }, [{ argument: "path", change: "directories", count: 2, durable: true }]],
    ["create_directory", { path: "" }, []],
    ["move_file", { source: "a.txt", destination: "b.txt" }, [{ argument: "destination", change: "moved", after: digestOf("old\n"), durable: true }]],
    ["copy_file", { source: "a.txt", destination: "b.txt" }, [{ argument: "destination", change: "copied", after: digestOf("old\n"), durable: true }]],
    ["delete_file", { path: "a.txt" }, [{ argument: "path", change: "deleted", before: digestOf("old\n"), durable: true }]],
  ])("%s %j", async (tool, input, changes) => {
    const server = running();
    const answer = await server.call(tool, input);
    expect(answer).toAllow();
    expect(recordOf(server, answer)).toMatchObject({ tool, effect: tool === "delete_file" ? "irreversible" : "write", outcome: "ok", changes });
  });
});

describe("a record says how far a change went, and people can read it (N2, E2)", () => {
  aPlaceForEach();

  test("with durability none a change says that it is not confirmed, and deleting is confirmed all the same", async () => {
    await using server = await start(", delete: allow, durability: none");
    expect(recordOf(server, await server.call("write_file", { path: "a.txt", content: "new" }))?.changes).toMatchObject([{ durable: false }]);
    expect(recordOf(server, await server.call("delete_file", { path: "a.txt" }))?.changes).toMatchObject([{ durable: true }]);
  });

  test("postern log shows it to people", async () => {
    await using server = await start();
    const answer = await server.call("write_file", { path: "a.txt", content: "new" });
    const { stdout } = spawnSync(process.execPath, [operator, "log", "--call", answer.receipt?.call ?? "", "--evidence", server.evidence], {
      encoding: "utf8",
    });
    expect(stdout).toContain(`change    path replaced: before 4 bytes sha256 ${digestOf("old\n").sha256}, after 3 bytes sha256 ${digestOf("new").sha256}`);
  });
});

describe("the class of a call is what its card makes of it (B1)", () => {
  aPlaceForEach();

  test("overwriting without ifMatch is irreversible where the card says so", async () => {
    await using server = await start(", overwrite: irreversible");
    expect(recordOf(server, await server.call("write_file", { path: "a.txt", content: "b" }))).toMatchObject({ effect: "irreversible", outcome: "ok" });
    expect(recordOf(server, await server.call("write_file", { path: "a.txt", content: "c", ifMatch: digestOf("b").sha256 }))).toMatchObject({
      effect: "write",
      outcome: "ok",
    });
    expect(recordOf(server, await server.call("edit_file", { path: "a.txt", edits: [{ oldText: "c", newText: "d" }] }))).toMatchObject({ effect: "write" });
  });

  test.each([
    ["an unknown option", ", durable: true"],
    ["an unknown value", ", durability: sometimes"],
    ["a switch that is neither", ", delete: yes"],
  ])("%s is an error at the start (S4)", async (_name, more) => {
    await expect(start(more)).rejects.toThrow(/refused to start/);
  });
});

describe("--check", () => {
  aPlaceForEach();

  const check = (): string => {
    const args = [writerBin, "--policy", files.at("policy/postern.yaml"), "--evidence", files.at("policy/evidence.db"), "--check"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return stdout + stderr;
  };

  test("shows what a card says beyond its roots: what may be deleted, and how far a change is taken to disk", async () => {
    await (await start(", delete: allow, durability: none")).close();
    expect(check()).toContain('"delete":"allow","durability":"none"');
    await (await start()).close();
    expect(check()).not.toContain("targets ");
  });

  test("tells a mistake once, though two kinds of target read it", async () => {
    await expect(startWriterBy(files.at("policy"), `{ roots: [{ path: ${JSON.stringify(files.at("missing"))} }] }`)).rejects.toThrow();
    expect(check().split(files.at("missing"))).toHaveLength(2);
  });
});

const traces = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
describe.skipIf(!traces)("where every step of a call can be watched (needs strace and the right to trace)", () => {
  const running = oneServer(", delete: allow");

  test.each([
    ["write_file", { path: "a.txt", content: "new" }, "rename"],
    ["write_file", { path: "b.txt", content: "new" }, "link"],
    ["delete_file", { path: "a.txt" }, "unlink"],
    ["create_directory", { path: "d" }, "mkdir"],
  ] as const)(
    "%s %j: the decision is on disk before the first name is made, the outcome after the change (E2)",
    { timeout: 60_000 },
    async (tool, input, act) => {
      const server = running();
      await server.call("write_file", { path: "warm.txt", content: "x" });
      const trace = files.at("policy/trace");
      const tracer = spawn(
        "strace",
        [
          "-f",
          "-y",
          "-p",
          String(server.process.pid),
          "-e",
          "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,symlink,symlinkat,pwrite64,openat",
          "-o",
          trace,
        ],
        { stdio: ["ignore", "ignore", "pipe"] },
      );
      let said = "";
      tracer.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      const ended = new Promise((resolve) => tracer.once("close", resolve));
      for (let waited = 0; !said.includes("attached") && waited < 500; waited += 1) await sleep(20);
      expect(await server.call(tool, input)).toAllow();
      tracer.kill("SIGINT");
      await ended;
      const lines = readFileSync(trace, "utf8").split("\n");
      const first = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));
      const decided = first(/f(data)?sync\(\d+<[^>]*evidence\.db-wal>\)\s*= 0/);
      // The directory of the root is what any name would be made in.
      const named = first(/(link|openat\([^)]*O_CREAT|mkdir)[^\n]*\.postern\.|mkdir(at)?\(/);
      const acted = lines.findIndex((line, at) => at > named - 1 && new RegExp(`\\b${act}(at|at2)?\\(`).test(line) && line.includes("= 0"));
      const settled = lines.findLastIndex((line) => /pwrite64\(\d+<[^>]*evidence\.db-wal>/.test(line));
      expect(decided).toBeGreaterThanOrEqual(0);
      expect(named).toBeGreaterThan(decided);
      expect(acted).toBeGreaterThanOrEqual(named);
      expect(settled).toBeGreaterThan(acted);
    },
  );
});

describe("a call that has to stop (N5)", () => {
  aPlaceForEach();

  test("before its change makes none; the record says which", async () => {
    await using server = await start();
    writeFileSync(files.at("root/big.bin"), Buffer.alloc(200 * 1024 * 1024));
    const cancelling = new AbortController();
    const copying = server.call("copy_file", { source: "big.bin", destination: "copy.bin" }, { signal: cancelling.signal }).catch(() => "cancelled");
    await expect.poll(() => readdirSync(files.at("root")).some((name) => name.endsWith(".tmp")), { interval: 1 }).toBe(true);
    cancelling.abort();
    expect(await copying).toBe("cancelled");
    await expect.poll(() => server.calls({ tool: "copy_file" })[0]?.outcome).toBe("cancelled");
    expect(readdirSync(files.at("root")).toSorted()).toEqual(["a.txt", "big.bin"]);
    expect(server.calls({ tool: "copy_file" })[0]).toMatchObject({ failure: "cancelled", changes: [] });
  });

  test("reports progress while it copies", async () => {
    await using server = await start();
    writeFileSync(files.at("root/big.bin"), Buffer.alloc(100 * 1024 * 1024));
    const seen: number[] = [];
    const answer = await server.call("copy_file", { source: "big.bin", destination: "copy.bin" }, { onProgress: ({ progress }) => seen.push(progress) });
    expect(answer).toAllow();
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  });
});

describe("budgets count what is written and what is shown (B2, E4)", () => {
  aPlaceForEach();

  test("a call that brings more than the budget has is refused before it writes", async () => {
    await using server = await start("", "budget: { owner: me, bytes: 10KB/hour }");
    expect(await server.call("write_file", { path: "a.txt", content: "x".repeat(20_000) })).toDenyWith("budget.exhausted");
    expect(readFileSync(files.at("root/a.txt"), "utf8")).toBe("old\n");
    expect(await server.call("write_file", { path: "a.txt", content: "x".repeat(1_000) })).toAllow();
  });

  test("a copy counts what it copies, though no message carries it", async () => {
    writeFileSync(files.at("root/big.bin"), Buffer.alloc(200_000));
    await using server = await start("", "budget: { owner: me, bytes: 300KB/hour }");
    expect(await server.call("copy_file", { source: "big.bin", destination: "one.bin" })).toAllow();
    expect(await server.call("copy_file", { source: "big.bin", destination: "two.bin" })).toDenyWith("budget.exhausted");
    expect(readdirSync(files.at("root")).toSorted()).toEqual(["a.txt", "big.bin", "one.bin"]);
  });

  test("writes at once reserve what they bring and no more, so that a budget that holds them all gives them all", async () => {
    await using server = await start("", "budget: { owner: me, bytes: 100KB/hour }");
    const calls = Array.from({ length: 8 }, (_, index) => server.call("write_file", { path: `f${index}.txt`, content: "x".repeat(1_000) }));
    for (const answer of await Promise.all(calls)) expect(answer).toAllow();
  });

  test("a diff that the budget does not give is held back, and the edit says that it was made", async () => {
    const before = Array.from({ length: 4_000 }, (_, line) => `line ${line} ${"·".repeat(20)}`).join("\n");
    writeFileSync(files.at("root/a.txt"), before);
    await using server = await start("", "budget: { owner: me, bytes: 100KB/hour }");
    const answer = await server.call("edit_file", { path: "a.txt", edits: [{ oldText: "line", newText: "LINE", replaceAll: true }] });
    expect(answer).toAllow();
    expect(answer.text).toContain("It is done.");
    expect(answer.text).not.toContain("LINE");
    expect(readFileSync(files.at("root/a.txt"), "utf8")).toBe(before.replaceAll("line", "LINE"));
    expect(recordOf(server, answer)).toMatchObject({ outcome: "ok", bytes_out: 0, changes: [{ change: "edited" }] });
    expect(await server.call("write_file", { path: "b.txt", content: "the answer that nobody saw is not charged" })).toAllow();
    writeFileSync(files.at("root/a.txt"), before);
    await using fresh = await start("", "budget: { owner: other, bytes: 100KB/hour }");
    const dry = await fresh.call("edit_file", { path: "a.txt", edits: [{ oldText: "line", newText: "LINE", replaceAll: true }], dryRun: true });
    expect(dry).toFailWith("budget.exhausted");
    expect(dry.text).not.toContain("LINE");
  });
});

describe("postern explain says what a write would do, and does nothing (N3)", () => {
  aPlaceForEach();

  const explained = (tool: string, input: object): { status: number | null; stdout: string } => {
    const args = [operator, "explain", "filesystem-write", tool, JSON.stringify(input), "--evidence", files.at("policy/evidence.db"), "--", files.at("root")];
    return spawnSync(process.execPath, args, { encoding: "utf8" });
  };

  test.each([
    ["write_file", { path: "a.txt", content: "new" }, "would     replace the file's 4 bytes by 3 bytes"],
    ["write_file", { path: "new.txt", content: "new" }, "would     make a file of 3 bytes"],
    ["write_file", { path: "no/new.txt", content: "new" }, "(fs.not_found)"],
    ["create_directory", { path: "x/y" }, "would     make 2 directories: x/y"],
    ["move_file", { source: "a.txt", destination: "b.txt" }, "would     move the file"],
    ["copy_file", { source: "a.txt", destination: "a.txt" }, "(fs.exists)"],
  ])("%s %j", (tool, input, told) => {
    const before = readdirSync(files.root, { recursive: true });
    const { status, stdout } = explained(tool, input);
    expect(stdout).toContain("ALLOWED");
    expect(stdout).toContain(told);
    expect(status).toBe(0);
    expect(readdirSync(files.root, { recursive: true })).toEqual(before);
    expect(readFileSync(files.at("root/a.txt"), "utf8")).toBe("old\n");
  });

  test("and what the guard would refuse, a move of a whole tree included", () => {
    writeFileSync(files.at("root/x"), "");
    expect(explained("write_file", { path: ".git/config", content: "" })).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("DENIED path.protected") as string,
    });
  });
});
