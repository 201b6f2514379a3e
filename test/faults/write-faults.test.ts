import { tree, type RunningServer, type Tree } from "@postern/testing";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test, vi } from "vitest";
import { expect } from "../expect.ts";
import { startWriterBy } from "../subjects.ts";
import { canMount } from "./mounts.ts";

const mounts = canMount();
const loops = mounts && spawnSync("mkfs.ext4", ["-V"]).status === 0;
const traces = canTrace();
const old = "old content\n";

let files: Tree;
function makePlace(): void {
  files = tree({ "root/": true, "policy/": true });
}
function removePlace(): void {
  spawnSync("umount", ["-l", files.at("root")]);
  files.remove();
}
function aPlaceForEach(): void {
  beforeEach(makePlace);
  afterEach(removePlace);
}

/** One server for all tests of a group, each of which finds its root with one file that holds `old`. */
function oneServer(prepare: () => void): () => RunningServer {
  let server: RunningServer;
  beforeAll(async () => {
    makePlace();
    prepare();
    server = await start();
  });
  beforeEach(() => {
    for (const name of names()) rmSync(files.at("root", name), { recursive: true });
    writeFileSync(files.at("root/a.txt"), old);
  });
  afterAll(async () => {
    await server.close();
    removePlace();
  });
  return () => server;
}

const start = (): Promise<RunningServer> =>
  startWriterBy(files.at("policy"), `{ roots: [{ path: ${JSON.stringify(files.at("root"))} }], delete: allow }`, { env: { UV_THREADPOOL_SIZE: "1" } });
const content = (name: string): string => readFileSync(files.at("root", name), "utf8");
const names = (): readonly string[] =>
  readdirSync(files.at("root"))
    .filter((name) => name !== "lost+found")
    .toSorted();

/** Every way to give a file a new content, on a file that holds `old`. */
const changes = [
  ["write_file", { path: "a.txt", content: "x".repeat(600_000) }],
  ["append_file", { path: "a.txt", content: "x".repeat(600_000) }],
  ["edit_file", { path: "a.txt", edits: [{ oldText: "old", newText: "x".repeat(600_000) }] }],
  ["write_file", { path: "new.txt", content: "x".repeat(600_000) }],
] as const;

const smallDisks = [
  ["a tmpfs of 512 KiB (needs root)", mounts, () => void execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", files.at("root")])],
  [
    "an ext4 of 2 MiB in a file, filled up (needs root, loop devices and mkfs.ext4)",
    loops,
    () => {
      execFileSync("truncate", ["-s", "2M", files.at("policy/disk.img")]);
      execFileSync("mkfs.ext4", ["-q", "-O", "^has_journal", files.at("policy/disk.img")]);
      execFileSync("mount", ["-o", "loop", files.at("policy/disk.img"), files.at("root")]);
      fill(files.at("root/filler"), 300_000);
    },
  ],
] as const;

describe.each(smallDisks)("no space on %s", (_name, possible, mount) => {
  aPlaceForEach();

  test.skipIf(!possible).each(changes)("%s %s leaves what was there, nothing beside it, and says so (E3, N5)", async (tool, input) => {
    mount();
    writeFileSync(files.at("root/a.txt"), old);
    const before = names();
    await using server = await start();
    const answer = await server.call(tool, input);
    expect(answer).toFailWith("fs.no_space");
    expect(content("a.txt")).toBe(old);
    expect(names()).toEqual(before);
    expect(server.calls({ call: answer.receipt?.call ?? "" })).toMatchObject([{ decision: "allow", outcome: "failed", failure: "fs.no_space", changes: [] }]);
    expect(await server.call("write_file", { path: "a.txt", content: "small" })).toAllow();
  });
});

describe.skipIf(!mounts)("a file system that becomes read-only (needs root)", () => {
  const running = oneServer(() => void execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", files.at("root")]));

  test.each([
    ...changes,
    ["create_directory", { path: "d" }],
    ["move_file", { source: "a.txt", destination: "b.txt" }],
    ["delete_file", { path: "a.txt" }],
    ["copy_file", { source: "a.txt", destination: "b.txt" }],
  ] as const)("%s %s fails typed and changes nothing (E3, N5)", async (tool, input) => {
    const server = running();
    // Refused while a file is still open for writing, which the one of the test before is for a moment after its answer.
    await vi.waitFor(() => execFileSync("mount", ["-o", "remount,ro", files.at("root")], { stdio: "ignore" }), { timeout: 10_000 });
    expect(await server.call(tool, input)).toFailWith("fs.permission");
    execFileSync("mount", ["-o", "remount,rw", files.at("root")]);
    expect(names()).toEqual(["a.txt"]);
    expect(content("a.txt")).toBe(old);
    expect(await server.call(tool, "content" in input ? { ...input, content: "small" } : input)).toAllow();
  });
});

interface Injected {
  readonly name: string;
  /** As strace writes it. */
  readonly inject: string;
  /** Only in the thread pool, which has one thread, so that calls can be counted; the evidence is written on the main one. */
  readonly pool?: true;
  readonly code: string;
  /** The change happened all the same. */
  readonly done?: true;
  readonly call: readonly [tool: string, input: Readonly<Record<string, unknown>>];
}

const write = ["write_file", { path: "a.txt", content: "new" }] as const;
const injections: readonly Injected[] = [
  { name: "the content is not taken to disk", inject: "fsync:error=EIO:when=1", pool: true, code: "fs.io", call: write },
  { name: "the content does not fit when it is taken to disk", inject: "fsync:error=ENOSPC:when=1", pool: true, code: "fs.no_space", call: write },
  { name: "the rename fails", inject: "rename,renameat,renameat2:error=EIO", code: "fs.io", call: write },
  { name: "the rename does not fit", inject: "rename,renameat,renameat2:error=ENOSPC", code: "fs.no_space", call: write },
  { name: "the directory is not taken to disk", inject: "fsync:error=EIO:when=2", pool: true, code: "fs.committed_not_durable", done: true, call: write },
  { name: "a new file's link fails", inject: "link,linkat:error=EIO", code: "fs.io", call: ["write_file", { path: "new.txt", content: "new" }] },
  { name: "a move's link fails", inject: "link,linkat:error=EIO", code: "fs.io", call: ["move_file", { source: "a.txt", destination: "b.txt" }] },
  {
    name: "a move's old name does not go",
    inject: "unlink,unlinkat:error=EIO:when=1",
    code: "fs.io",
    call: ["move_file", { source: "a.txt", destination: "b.txt" }],
  },
  { name: "a deleted file does not go", inject: "unlink,unlinkat:error=EIO:when=1", code: "fs.io", call: ["delete_file", { path: "a.txt" }] },
  { name: "a second directory is not made", inject: "mkdir,mkdirat:error=EIO:when=2", code: "fs.io", call: ["create_directory", { path: "d/e/f" }] },
];

describe.skipIf(!traces)("errors of the disk, injected into the system calls of the running server (needs strace and the right to trace)", () => {
  const running = oneServer(() => {});

  test.each(injections)(
    "$name: the answer and the record tell what is true (E2, E3, N5)",
    { timeout: 60_000 },
    async ({ inject, pool, code, done, call: [tool, input] }) => {
      const server = running();
      // What loads late is loaded before.
      expect(await server.call("write_file", { path: "a.txt", content: old })).toAllow();
      const answer = await injected(inject, pool === true ? poolOf(server) : ["-f", "-p", String(server.process.pid)], () => server.call(tool, input));
      expect(answer).toFailWith(code);
      expect(names()).toEqual(["a.txt"]);
      expect(content("a.txt")).toBe(done === true ? "new" : old);
      const [record] = server.calls({ call: answer.receipt?.call ?? "" });
      expect(record).toMatchObject({ decision: "allow", outcome: "failed", failure: code });
      expect(record?.changes).toEqual(
        done === true ? [expect.objectContaining({ change: "replaced", durable: false, after: expect.objectContaining({ bytes: 3 }) as unknown })] : [],
      );
      expect(await server.call("write_file", { path: "a.txt", content: "after" })).toAllow();
    },
  );
});

describe.skipIf(!traces)("where the disk fails twice, or the log's does (needs strace and the right to trace)", () => {
  aPlaceForEach();

  test("a decision that is not taken to disk lets nothing happen (E2)", { timeout: 60_000 }, async () => {
    writeFileSync(files.at("root/a.txt"), old);
    await using server = await start();
    expect(await server.call("write_file", { path: "a.txt", content: old })).toAllow();
    const answer = await injected("fsync,fdatasync:error=EIO", ["-p", String(server.process.pid)], () =>
      server.call("write_file", { path: "a.txt", content: "new" }),
    );
    expect(answer).toDenyWith("evidence.unavailable");
    expect(content("a.txt")).toBe(old);
    expect(names()).toEqual(["a.txt"]);
  });

  test("a file that can neither be deleted nor get its name back is kept, and its new name is told (E2, E3)", { timeout: 60_000 }, async () => {
    writeFileSync(files.at("root/a.txt"), old);
    let kept: string | undefined;
    {
      await using server = await start();
      expect(await server.call("write_file", { path: "a.txt", content: old })).toAllow();
      const faults = ["unlink,unlinkat:error=EIO:when=1", "rename,renameat,renameat2:error=EIO:when=2"];
      const answer = await injected(faults, ["-f", "-p", String(server.process.pid)], () => server.call("delete_file", { path: "a.txt" }));
      expect(answer).toFailWith("fs.io");
      [kept] = names();
      expect(kept).toMatch(/^postern-kept-/);
      expect(answer.text).toContain(kept);
      const [record] = server.calls({ call: answer.receipt?.call ?? "" });
      expect(record).toMatchObject({ outcome: "failed", failure: "fs.io", changes: [{ argument: "path", change: "deleted", durable: false }] });
    }
    await using again = await start();
    expect(await again.call("write_file", { path: "b.txt", content: "after" })).toAllow();
    expect(content(kept ?? "")).toBe(old);
  });
});

/** Runs a call while strace makes system calls of the server fail. */
async function injected<Result>(faults: string | readonly string[], tasks: readonly string[], call: () => Promise<Result>): Promise<Result> {
  const list = typeof faults === "string" ? [faults] : faults;
  const traced = list.map((fault) => fault.split(":")[0]).join(",");
  const tracer = spawn("strace", [...tasks, "-e", `trace=${traced}`, ...list.flatMap((fault) => ["-e", `inject=${fault}`]), "-o", "/dev/null"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  tracer.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = new Promise<void>((resolve) => tracer.once("close", () => resolve()));
  try {
    for (let waited = 0; !said.includes("attached"); waited += 1) {
      if (waited > 500 || tracer.exitCode !== null) throw new Error(`strace did not attach: ${said}`);
      await sleep(20);
    }
    return await call();
  } finally {
    tracer.kill("SIGINT");
    await ended;
  }
}

function poolOf({ process: { pid } }: RunningServer): readonly string[] {
  const tasks = readdirSync(`/proc/${pid}/task`).filter((task) => readFileSync(`/proc/${pid}/task/${task}/comm`, "utf8").startsWith("libuv-worker"));
  return tasks.flatMap((task) => ["-p", task]);
}

function canTrace(): boolean {
  return spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
}

/** Writes until so many bytes are left for others. */
function fill(path: string, left: number): void {
  const file = openSync(path, "w");
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, block);
  } catch {
    // full
  } finally {
    closeSync(file);
  }
  const { size } = { size: readFileSync(path).length };
  rmSync(path);
  writeFileSync(path, Buffer.alloc(Math.max(0, size - left)));
}
