import { tree, witness, type RunningServer, type Tree } from "@postern/testing";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";
import { canMount } from "./mounts.ts";

let files: Tree;
beforeEach(() => {
  files = tree({ "root/a.txt": "a\n", "log/": true, "away/": true });
});
afterEach(() => files.remove());

interface Fault {
  readonly name: string;
  /** Whether this machine can do it. */
  readonly possible: boolean;
  /** Brings the folder of the log about. */
  readonly prepare?: (folder: string) => void;
  readonly begin: (folder: string) => unknown;
  readonly end: (folder: string, begun: unknown) => void;
  readonly cleanUp?: (folder: string) => void;
}

const mounts = canMount();
const immutable = canFreeze();

const faults: readonly Fault[] = [
  {
    name: "the disk is full (needs root: a small file system of its own)",
    possible: mounts,
    prepare: (folder) => void execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]),
    begin: (folder) => fill(join(folder, "filler")),
    end: (folder) => rmSync(join(folder, "filler"), { force: true }),
    cleanUp: (folder) => void execFileSync("umount", ["-l", folder]),
  },
  {
    name: "the log's files cannot be written (needs root: immutable files)",
    possible: immutable,
    // Not the shared memory: it is mapped, and the kernel ends whoever writes through a mapping of an immutable file (SIGBUS).
    begin: (folder) => execFileSync("chattr", ["+i", ...inside(folder).filter((path) => !path.endsWith("-shm"))]),
    end: (folder) => execFileSync("chattr", ["-i", ...inside(folder)]),
    cleanUp: (folder) => void execFileSync("chattr", ["-R", "-i", folder]),
  },
  {
    name: "the log's file is moved away",
    possible: true,
    begin: (folder) => move(folder, files.at("away")),
    end: (folder) => move(files.at("away"), folder),
  },
  {
    name: "another file stands in the log's place",
    possible: true,
    begin(folder) {
      move(folder, files.at("away"));
      writeFileSync(join(folder, "evidence.db"), "this is no database\n".repeat(1_000));
    },
    end(folder) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      move(files.at("away"), folder);
    },
  },
  {
    name: "another process holds the database locked",
    possible: true,
    begin(folder) {
      const holder = new DatabaseSync(join(folder, "evidence.db"));
      holder.exec("BEGIN IMMEDIATE");
      return holder;
    },
    end: (_folder, holder) => (holder as DatabaseSync).close(),
  },
];

describe.each(faults)("while $name", ({ possible, prepare, begin, end, cleanUp }) => {
  test.skipIf(!possible)("no call reaches its handler, and service resumes when the fault is gone (E2, S4)", { timeout: 90_000 }, async () => {
    const folder = files.at("log");
    prepare?.(folder);
    let server: RunningServer | undefined;
    try {
      server = await startReader([files.at("root"), "--evidence", join(folder, "evidence.db")]);
      const read = (): ReturnType<RunningServer["call"]> =>
        (server as RunningServer).call("read_text_file", { path: files.at("root/a.txt") }, { timeoutMs: 30_000 });
      expect(await read()).toAllow();

      const begun = begin(folder);
      // A full disk leaves room for some records in pages that are already there; none may be answered without one.
      const acknowledged: string[] = [];
      let refused = await read();
      for (let tries = 0; refused.denial === undefined && tries < 5_000; tries += 1) {
        acknowledged.push(refused.receipt?.call ?? "no receipt");
        refused = await read();
      }
      expect(refused).toDenyWith("evidence.unavailable");
      const watch = witness(files.at("root"));
      for (let again = 0; again < 3; again += 1) expect(await read()).toDenyWith("evidence.unavailable");
      expect(watch.seen()).toEqual({ reads: [], changes: [] });
      expect(server.process.running).toBe(true);

      end(folder, begun);
      await expect.poll(async () => (await read()).text, { timeout: 15_000 }).toBe("a\n");
      const recorded = new Set(server.calls({ limit: 100_000 }).map((record) => record.call));
      expect(acknowledged.filter((call) => !recorded.has(call))).toEqual([]);
    } finally {
      await server?.close();
      cleanUp?.(folder);
    }
  });
});

test("another program's database is no log: nothing is written into it, and nothing is served (S4, E2)", async () => {
  const file = files.at("log/evidence.db");
  const theirs = new DatabaseSync(file);
  theirs.exec("CREATE TABLE theirs (a)");
  theirs.close();
  await expect(serves(file)).rejects.toThrow("did not start");
  const after = new DatabaseSync(file, { readOnly: true });
  expect(after.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
  after.close();
});

test("a log that cannot be opened ends the server before it serves anything (S4, E2)", async () => {
  writeFileSync(files.at("log/evidence.db"), "this is no database\n".repeat(100));
  await expect(serves(files.at("log/evidence.db"))).rejects.toThrow("did not start");
});

/** Rejects when no server starts on this log. */
async function serves(log: string): Promise<boolean> {
  const server = await startReader([files.at("root"), "--evidence", log]);
  await server.close();
  return true;
}

function inside(folder: string): readonly string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function move(from: string, to: string): void {
  for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
}

function fill(path: string): void {
  for (let size = 4 * 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: "a" });
    } catch {
      // Full at this size; smaller pieces may still fit.
    }
  }
}

function canFreeze(): boolean {
  using probe = tree({ file: "x" });
  try {
    execFileSync("chattr", ["+i", probe.at("file")], { stdio: "ignore" });
    execFileSync("chattr", ["-i", probe.at("file")], { stdio: "ignore" });
    chmodSync(probe.at("file"), 0o600);
    return true;
  } catch {
    return false;
  }
}
