import { openEvidence, readCalls, type CallView, type EvidenceLog } from "@postern/evidence";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postern, startPostern } from "./postern.ts";
import { allowRecord, denyRecord, ok, targetOf } from "./records.ts";

const hostileName = "/srv/notes/a\u001b[2J\u202e\n2026-11-22T00:00:00Z  admin";
let directory: string;
let file: string;
let log: EvidenceLog;

async function record(decision: Parameters<EvidenceLog["decide"]>[0], outcome?: Parameters<EvidenceLog["settle"]>[1]): Promise<void> {
  const decided = await log.decide(decision);
  if (outcome !== undefined && decided.decision === "recorded") await log.settle(decided.committed, outcome);
}

async function shown(...filters: readonly string[]): Promise<readonly CallView[]> {
  const { code, out, err } = await postern(["log", "--json", "--evidence", file, ...filters]);
  expect({ code, err }).toStrictEqual({ code: 0, err: "" });
  return out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as CallView]));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "postern-cli-"));
  file = join(directory, "evidence.db");
  log = await openEvidence({ file, server: "filesystem-read" });
  await record(allowRecord(), ok);
  await record(denyRecord("path.outside_root", "../../etc/passwd"));
  await record(allowRecord({ principal: "research", tenant: "acme", tool: "search_files", targets: [targetOf("/srv/other/b.md")] }), {
    ...ok,
    outcome: "failed",
    failure: "fs.not_found",
  });
  await record(allowRecord({ targets: [targetOf(hostileName)], route: "other" }), ok);
  await record(allowRecord({ tool: "directory_tree" }));
});

afterAll(async () => {
  await log.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("postern log", () => {
  it("prints one call a line, newest last, exactly as the evidence has it (E1, E2)", async () => {
    const calls = await shown();
    expect(calls).toStrictEqual(readCalls(file, { limit: 50 }));
    expect(calls.map(({ tool, outcome }) => `${tool} ${outcome}`)).toStrictEqual([
      "read_text_file ok",
      "read_text_file denied",
      "search_files failed",
      "read_text_file ok",
      "directory_tree unfinished",
    ]);
  });

  it.each([
    [["--decision", "deny"], [1]],
    [
      ["--decision", "allow", "--outcome", "ok"],
      [0, 3],
    ],
    [["--code", "path.outside_root"], [1]],
    [["--principal", "research"], [2]],
    [["--tenant", "acme"], [2]],
    [["--tool", "search_files"], [2]],
    [
      ["--server", "filesystem-read"],
      [0, 1, 2, 3, 4],
    ],
    [["--server", "fetch-read"], []],
    [["--route", "other"], [3]],
    [["--outcome", "failed"], [2]],
    [["--unfinished"], [4]],
    [["--target", "/srv/other/"], [2]],
    [["--target", "../../etc"], [1]],
    [
      ["--limit", "2"],
      [3, 4],
    ],
    [
      ["--since", "1h"],
      [0, 1, 2, 3, 4],
    ],
    [["--until", "1h"], []],
    [["--since", "2026-01-01", "--until", "2026-01-02"], []],
  ])("filters by %j (E3, E4)", async (filters, expected) => {
    const all = readCalls(file, { limit: 50 });
    expect(await shown(...filters)).toStrictEqual(expected.map((position) => all[position]));
  });

  it("tells a denial from a failure in every row (E3)", async () => {
    const { out } = await postern(["log", "--evidence", file]);
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[2]).toContain("DENIED path.outside_root");
    expect(lines[2]).toContain('"../../etc/passwd"');
    expect(lines[3]).toContain("failed fs.not_found");
    expect(lines[5]).toContain("unfinished");
  });

  it.each([
    ["pretty", []],
    ["JSON", ["--json"]],
  ])("does not let a file name paint the terminal, %s", async (_how, options) => {
    const { out } = await postern(["log", "--evidence", file, "--route", "other", ...options]);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(out.trimEnd().split("\n")).toHaveLength(options.length === 0 ? 2 : 1);
  });

  it("prints everything about one call", async () => {
    const [call] = readCalls(file, { decision: "deny", limit: 1 });
    const { code, out } = await postern(["log", "--evidence", file, "--call", call?.call ?? ""]);
    expect(code).toBe(0);
    expect(out).toContain("DENIED path.outside_root");
    expect(out).toContain("The path does not lie below a root of the card.");
    expect(out).toContain(call?.call);
    expect((await postern(["log", "--evidence", file, "--call", "0198c0de-0000-7000-8000-000000000000"])).code).toBe(1);
  });

  it("follows: prints what there is, then each call as it is decided, until it is interrupted", async () => {
    const child = startPostern(["log", "--follow", "--json", "--decision", "deny", "--evidence", file]);
    const lines: CallView[] = [];
    const enough = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(JSON.parse(line) as CallView);
        if (lines.length === 1) void record(allowRecord(), ok).then(() => record(denyRecord("path.protected", "/srv/notes/.env")));
        if (lines.length === 2) resolve();
      });
    });
    await enough;
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(lines.map(({ code }) => code)).toStrictEqual(["path.outside_root", "path.protected"]);
  });

  it("ends quietly when the reader of its pipe goes away", async () => {
    const child = startPostern(["log", "--json", "--evidence", file]);
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    expect(await new Promise<number | null>((resolve) => child.once("close", resolve))).toBe(0);
    expect(err).toBe("");
  });

  it("reads the file of POSTERN_EVIDENCE without the option", async () => {
    const { out } = await postern(["log", "--json", "--limit", "1"], { POSTERN_EVIDENCE: file });
    expect(out.trimEnd().split("\n")).toHaveLength(1);
  });

  it("says that there is no log, and makes none (E6)", async () => {
    const missing = join(directory, "none", "evidence.db");
    const { code, out, err } = await postern(["log", "--evidence", missing]);
    expect({ code, out }).toStrictEqual({ code: 1, out: "" });
    expect(err).toMatch(/^postern: .*none\/evidence\.db/);
    expect(existsSync(missing)).toBe(false);
  });
});

describe("postern log --by", () => {
  it("says who used how much, and which share of all that is, one object a line (E4)", async () => {
    const { code, out } = await postern(["log", "--by", "principal", "--json", "--decision", "allow", "--until", "2100-01-01", "--evidence", file]);
    expect(code).toBe(0);
    const [first, second, ...others] = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(others).toEqual([]);
    const calls = readCalls(file, { decision: "allow" });
    const own = calls.filter(({ principal }) => principal === "me").length;
    expect(first).toMatchObject({
      principal: "me",
      calls: own,
      denied: 0,
      cost: own,
      share: { calls: Math.round((own * 1000) / calls.length) / 10, denied: 0 },
    });
    expect(second).toMatchObject({ principal: "research", calls: 1, bytes: 420, cost: 1 });
    expect(Object.keys(second ?? {})).toEqual(["principal", "calls", "denied", "bytes", "cost", "share"]);
  });

  it("as a table, the most costly first, and what has no name as a dash", async () => {
    const { out } = await postern(["log", "--by", "code", "--evidence", file]);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^CODE +CALLS +% +DENIED +% +BYTES +% +COST +%$/);
    expect(lines[1]).toMatch(/^- /);
    expect(lines.find((line) => line.startsWith("path.outside_root "))).toMatch(/^path\.outside_root +1 +\d/);
  });

  it.each([
    [["--by", "ownr"], "did you mean owner?"],
    [["--by", "owner", "--target", "/srv"], "--by and --target do not go together"],
    [["--by", "owner", "--follow"], "--by and --follow do not go together"],
    [["--by", "owner", "--unfinished"], "--by and --unfinished do not go together"],
  ])("refuses %j", async (options, message) => {
    const { code, out, err } = await postern(["log", "--evidence", file, ...options]);
    expect({ code, out }).toStrictEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  it("finds nothing where nothing fits", async () => {
    const { code, out, err } = await postern(["log", "--by", "owner", "--principal", "nobody", "--evidence", file]);
    expect({ code, out, err }).toStrictEqual({ code: 0, out: "", err: "No call in this log fits.\n" });
  });
});
