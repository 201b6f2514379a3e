import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEvidence, readCalls } from "@postern/evidence";
import { PolicyError, type Principal } from "@postern/policy";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { loadGuard, readCommandLine, serverShape, type Answer, type Loaded } from "../src/index.ts";
import { usage } from "../src/usage.ts";
import { createPostOffice, type Course } from "./post-office.ts";

const courses: readonly Course[] = ["answered", "rejected", "redirected", "lost", "unsent", "broken", "silent", "held"];
const directory = mkdtempSync(join(tmpdir(), "postern-post-"));
const evidence = join(directory, "evidence.db");
const office = createPostOffice();
const log = await openEvidence({ file: evidence, server: "post" });
const me: Principal = { id: "me", tenant: "default", proof: "stdio" };
const boxes = courses.map((course) => `${course}: { course: ${course} }`).join(", ");
const loaded = load(`{ id: all, server: post, principals: [me], tools: "*", targets: { boxes: { ${boxes} } } }`);
afterAll(async () => {
  await loaded.guard.close();
  await log.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => void office.sent.splice(0));

function load(...cards: readonly string[]): Loaded {
  const policy = join(directory, "postern.yaml");
  const text = `version: 1\nprincipals: [{ id: me, stdio: true }, { id: you, stdio: true }]\nroutes:\n${cards.map((card) => `  - ${card}\n`).join("")}`;
  writeFileSync(policy, text, { mode: 0o600 });
  return loadGuard({ definition: office.server, policy: { file: policy }, principal: "me", log });
}

function call(tool: string, args: Record<string, unknown>, signal = new AbortController().signal): Promise<Answer> {
  const digest = { bytes: 2, sha256: "0".repeat(64) };
  const how = { transport: "stdio", endpoint: "tools/call", protocol: null, client: null } as const;
  return loaded.guard.call({ principal: me, claimed: "me", tool, arguments: args, digest, bytesIn: 100, signal, ...how });
}

function shown(answer: Answer): Record<string, unknown> {
  if (answer.form === "error") return { error: answer.error.code };
  const { content, _meta, structuredContent } = answer.result;
  return { outcome: answer.outcome, text: content.map((part) => ("text" in part ? part.text : "")).join("\n"), ..._meta, structuredContent };
}

let serial = 0;
const newKey = (): string => `key-${(serial += 1)}`;

describe("tools that cards declare", () => {
  it("exist for whom a card declares them, and their arguments are one target (S3, P3)", async () => {
    const two = load(
      "{ id: mine, server: post, principals: [me], tools: '*', targets: { boxes: { answered: { course: answered } } } }",
      "{ id: yours, server: post, principals: [you], tools: [lost], targets: { boxes: { lost: { course: lost }, held: { course: held } } } }",
    );
    const toolsOf = (id: string): readonly string[] => two.guard.toolsFor({ ...me, id }).map(({ name }) => name);
    expect([toolsOf("me"), toolsOf("you"), toolsOf("nobody")]).toEqual([["answered"], ["lost"], []]);
    expect(two.guard.granted("me", "answered")).toEqual(["box answered"]);
    await two.guard.close();
    expect(shown(await call("answered", { box: "a", text: "hello" }))).toMatchObject({ outcome: "allowed", text: "answered 200" });
    expect(office.sent).toEqual(["answered: hello"]);
    const [record] = readCalls(evidence, { limit: 1 });
    expect(record).toMatchObject({ tool: "answered", targets: [{ argument: "letter", raw: '{"box":"a","text":"hello"}', canonical: "answered" }] });
  });

  it("that no card declares are an error where one names them, with its place", () => {
    const wrong = (): Loaded => load("{ id: mine, server: post, principals: [me], tools: [anwsered], targets: { boxes: { answered: { course: answered } } } }");
    expect(wrong).toThrow(PolicyError);
    expect(wrong).toThrow(/post has no such tool; did you mean "answered"\?/);
    expect(serverShape(office.server)).toMatchObject({ tools: [], openTools: true });
  });

  it("may be none: a card that declares nothing gives nothing, and is no mistake (S4)", async () => {
    const empty = load('{ id: mine, server: post, principals: [me], tools: "*", targets: { boxes: {} } }');
    expect(empty.guard.toolsFor(me)).toEqual([]);
    await empty.guard.close();
  });

  it("need a policy file, and the command line says so (S4)", () => {
    expect(readCommandLine(office.server, [])).toEqual({ action: "refuse", message: "--policy FILE is needed: what there is to do is declared there" });
    expect(usage(office.server)).toContain("route cards; needed, since they declare the tools");
    expect(usage(office.server)).not.toContain("this command line");
  });
});

describe("a call with an idempotency key (E2, N5)", () => {
  it.each<readonly [Course, string]>([
    ["answered", "allowed"],
    ["rejected", "failed"],
    ["redirected", "failed"],
  ])("that was %s is not made again: the same call tells of the first", async (course, outcome) => {
    const key = newKey();
    const first = shown(await call(course, { box: "a", text: "x", key }));
    const again = shown(await call(course, { key, text: "x", box: "a" }));
    expect([first["outcome"], again["outcome"]]).toEqual([outcome, outcome]);
    expect(office.sent).toHaveLength(1);
    const receipt = first["dev.postern/receipt"] as { readonly call: string };
    expect(again["text"]).toContain(`call ${receipt.call}`);
    expect(again["text"]).toMatch(/^Nothing was done now/);
    expect((again["dev.postern/receipt"] as typeof receipt).call).not.toBe(receipt.call);
    expect(readCalls(evidence, { limit: 1 })[0]).toMatchObject({ decision: "allow", rule: `repeats:${receipt.call}`, changes: [] });
    if (outcome === "allowed") expect(again["structuredContent"]).toEqual({ repeats: receipt, status: 200 });
  });

  it.each<readonly [Course, string]>([
    ["lost", "net.unknown"],
    ["broken", "internal"],
    ["silent", "internal"],
    ["held", "net.unknown"],
  ])("of which nobody knows whether it happened (%s) is never made again", async (course, failure) => {
    const key = newKey();
    expect(shown(await call(course, { box: "a", key }))).toMatchObject({ outcome: "failed", "dev.postern/failure": { code: failure } });
    expect(shown(await call(course, { box: "a", key }))).toMatchObject({ outcome: "denied", "dev.postern/denial": { code: "input.key_unknown" } });
    expect(office.sent).toHaveLength(1);
  });

  it("that certainly did not happen may be made again under its key", async () => {
    const key = newKey();
    expect(shown(await call("unsent", { box: "a", key }))).toMatchObject({ "dev.postern/failure": { code: "net.connect" } });
    expect(shown(await call("unsent", { box: "b", key }))).toMatchObject({ "dev.postern/failure": { code: "net.connect" } });
    expect(office.sent).toEqual([]);
  });

  it.each<readonly [string, Record<string, unknown>]>([
    ["another target", { box: "b", text: "x" }],
    ["another text", { box: "a", text: "y" }],
    ["another option", { box: "a", text: "x", loud: true }],
  ])("does not lend its key to %s", async (_name, other) => {
    const key = newKey();
    await call("answered", { box: "a", text: "x", key });
    expect(shown(await call("answered", { ...other, key }))).toMatchObject({ outcome: "denied", "dev.postern/denial": { code: "input.key_reused" } });
    expect(office.sent).toHaveLength(1);
  });

  it("that still runs refuses its twin, and says to come back", async () => {
    const key = newKey();
    const cancel = new AbortController();
    const first = call("held", { box: "a", key }, cancel.signal);
    await expect.poll(() => office.sent).toHaveLength(1);
    expect(shown(await call("held", { box: "a", key }))).toMatchObject({ "dev.postern/denial": { code: "input.key_in_flight", retryAfterMs: 1000 } });
    cancel.abort();
    expect(shown(await first)).toMatchObject({ outcome: "failed", "dev.postern/failure": { code: "net.unknown" } });
    expect(readCalls(evidence, { outcome: "failed", limit: 1 })[0]).toMatchObject({ failure: "net.unknown", changes: [{ change: "sent", durable: false }] });
    expect(office.sent).toHaveLength(1);
  });

  it("and calls without one are each their own", async () => {
    for (let round = 0; round < 3; round += 1) await call("answered", { box: "a", text: "x" });
    expect(office.sent).toHaveLength(3);
  });
});

it("what the other side said of a failure is shown as data, without its secrets (E3)", async () => {
  const answer = await call("rejected", { box: "a" });
  expect(answer).toMatchObject({
    outcome: "failed",
    result: { content: [{ text: "Refused." }, { text: expect.stringMatching(/^no: \[redacted:/) as string }] },
  });
  expect(shown(answer)).toMatchObject({ "dev.postern/failure": { code: "net.status", message: "Refused." }, "dev.postern/redactions": [{ count: 1 }] });
});
