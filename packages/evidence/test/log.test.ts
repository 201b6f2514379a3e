import { setImmediate as turn } from "node:timers/promises";
import type { Committed } from "@postern/policy";
import { describe, expect, test } from "vitest";
import { EvidenceUnavailable, readCalls, type Decided } from "../src/index.ts";
import { openSqlite } from "../src/sqlite.ts";
import { leafBodies, leaves } from "./leaves.ts";
import { allowed, denied, outcome, policyDigest, target } from "./samples.ts";
import { openLog, reopen } from "./scratch.ts";

function proofOf(decided: Decided): Committed {
  if (decided.decision !== "recorded") throw new Error("the budget did not give it");
  return decided.committed;
}

describe("the order of leaves", () => {
  test("a decision is readable by others when its promise fulfills, and before it only the boot is (E2)", async () => {
    const log = await openLog();
    expect(leaves(log.file).map((leaf) => leaf["kind"])).toEqual(["boot"]);
    const pending = log.decide(allowed());
    expect(leaves(log.file)).toHaveLength(1);
    const proof = proofOf(await pending);
    expect(leaves(log.file)[proof.index]).toMatchObject({ kind: "decision", call: proof.call, boot: 0 });
    expect(readCalls(log.file, {})).toMatchObject([{ call: proof.call, outcome: "unfinished", index: 1 }]);
    await log.settle(proof, outcome());
    expect(leaves(log.file)[2]).toMatchObject({ kind: "outcome", call: proof.call, of: 1 });
    expect(readCalls(log.file, {})).toMatchObject([{ call: proof.call, outcome: "ok", duration_ms: 1.25, bytes_out: 4096 }]);
  });

  test("the first leaf names the log and the process", async () => {
    const log = await openLog();
    expect(log.origin).toMatch(/^postern\/[0-9a-f]{32}$/);
    expect(leaves(log.file)[0]).toMatchObject({ kind: "boot", log: log.origin, server: "filesystem-read", process: { pid: process.pid } });
  });

  test("calls that come together share a transaction, in the order in which they came", async () => {
    const log = await openLog();
    const watcher = openSqlite(log.file, { readonly: true, busyMs: 0 });
    const version = (): unknown => watcher.pragma("data_version");
    const before = version();
    const decided = await Promise.all(Array.from({ length: 40 }, (_, index) => log.decide(allowed({ tool: `t${index}` }))));
    const after = version();
    expect(decided.map((each) => proofOf(each).index)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(
      leaves(log.file)
        .slice(1)
        .map((leaf) => leaf["tool"]),
    ).toEqual(decided.map((_, index) => `t${index}`));
    expect(after).not.toBe(before);
    // one commit moves it by one
    expect(Number(after) - Number(before)).toBe(1);
    watcher.close();
  });

  test("a policy is on record before it is used", async () => {
    const log = await openLog();
    const receipt = await log.recordPolicy(policyDigest, { file: "postern.yaml", routes: 3 });
    expect(receipt).toEqual({ log: log.origin, index: 1 });
    expect(leaves(log.file)[1]).toMatchObject({ kind: "policy", policy: policyDigest, file: "postern.yaml", routes: 3, boot: 0 });
  });

  test("a log that is opened again goes on where it was", async () => {
    const first = await openLog();
    proofOf(await first.decide(denied()));
    await first.close();
    const bodies = leafBodies(first.file);
    const second = await reopen({ file: first.file });
    expect(second.origin).toBe(first.origin);
    expect(leafBodies(first.file).slice(0, bodies.length)).toEqual(bodies);
    expect(leaves(first.file).map((leaf) => leaf["kind"])).toEqual(["boot", "decision", "retired", "boot"]);
  });
});

describe("a call's outcome", () => {
  test("can be told once only", async () => {
    const log = await openLog();
    const proof = proofOf(await log.decide(allowed()));
    await log.settle(proof, outcome());
    await expect(log.settle(proof, outcome({ outcome: "failed" }))).rejects.toThrow(TypeError);
    expect(readCalls(log.file, {})).toMatchObject([{ outcome: "ok" }]);
  });

  test("belongs to an allowed call of this log: a denied call and a made-up proof have none (E3)", async () => {
    const log = await openLog();
    const proof = proofOf(await log.decide(denied()));
    await expect(log.settle(proof, outcome())).rejects.toThrow(TypeError);
    await expect(log.settle({ ...proof, call: "01a20427-bf38-7e2f-911a-b58c583fb76c" }, outcome())).rejects.toThrow(TypeError);
    expect(readCalls(log.file, {})).toMatchObject([{ decision: "deny", code: "path.outside_root", outcome: "denied" }]);
    expect(leaves(log.file)).toHaveLength(2);
  });

  test("a record that cannot be written fails alone; those beside it are kept", async () => {
    const log = await openLog();
    const results = await Promise.allSettled([
      log.decide(allowed({ tool: "before" })),
      log.decide(allowed({ tool: "broken", bytesIn: Number.NaN })),
      log.decide(allowed({ tool: "after" })),
    ]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(readCalls(log.file, {}).map((call) => call.tool)).toEqual(["before", "after"]);
  });
});

describe("closing", () => {
  test("writes what is queued, then refuses more", async () => {
    const log = await openLog();
    const pending = [log.decide(allowed()), log.decide(denied())];
    await log.close();
    await Promise.all(pending);
    expect(leaves(log.file).map((leaf) => leaf["kind"])).toEqual(["boot", "decision", "decision", "retired"]);
    await expect(log.decide(allowed())).rejects.toThrow(EvidenceUnavailable);
    await expect(log.recordPolicy(policyDigest)).rejects.toThrow(EvidenceUnavailable);
    await turn();
    expect(leaves(log.file)).toHaveLength(4);
  });

  test("twice is the same as once", async () => {
    const log = await openLog();
    await Promise.all([log.close(), log.close()]);
    expect(leaves(log.file).filter((leaf) => leaf["kind"] === "retired")).toHaveLength(1);
  });
});

test("nothing of the arguments but their size and digest is in the database (R2)", async () => {
  const log = await openLog();
  const secret = "hunter2-correct-horse";
  const given = Object.assign(allowed({ targets: [target("/home/ada/notes/a")] }), { input: { password: secret }, content: secret });
  await log.settle(proofOf(await log.decide(given)), Object.assign(outcome(), { text: secret }));
  const kept = leafBodies(log.file).join("\n");
  expect(kept).not.toContain(secret);
  expect(kept).toContain('"arguments":{"bytes":31,"sha256":');
});
