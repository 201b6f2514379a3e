import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startHttpServer, type HttpServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { writerBin } from "../subjects.ts";
import { folderToAsk, writeAskedPolicy, yes } from "./asked.ts";
import { answering, round, stateOf, type RoundCall } from "./rounds.ts";

const { place, card: alone } = folderToAsk();
const card = alone.replace("[ada]", "[ada, eve]");
const evidence = place.at("evidence.db");
let policy: string;
let one: HttpServer;
let other: HttpServer;
let serial = 0;

beforeAll(async () => {
  policy = writeAskedPolicy(place.at("policy"), [card], "HTTP 2026");
  one = await startHttpServer({ bin: writerBin, policy, evidence });
  other = await startHttpServer({ bin: writerBin, policy, evidence });
});
afterAll(async () => {
  await one.close();
  await other.close();
  place.remove();
});

/** A file of its own, and a call that adds a line to it: how often it was made can be read off the file. */
function fresh(): { readonly file: string; readonly call: RoundCall; lines(): number } {
  serial += 1;
  const file = place.at(`files/${serial}.txt`);
  writeFileSync(file, "");
  return {
    file,
    call: { principal: "ada", tool: "append_file", input: { path: file, content: "line\n" } },
    lines: () => readFileSync(file, "utf8").split("line\n").length - 1,
  };
}

const accepted = answering(yes);

describe("a yes of the 2026 era lets one call happen (B3)", () => {
  test("and the same again never, one after the other", async () => {
    const { call, lines } = fresh();
    const state = await stateOf(one, call);
    expect(lines()).toBe(0);
    expect((await round(one, { ...call, state, responses: accepted })).answer).toAllow();
    for (const server of [one, other, one]) {
      const { answer } = await round(server, { ...call, state, responses: accepted });
      expect(answer.denial?.code).toMatch(/^approval\.(?:replayed|mismatch)$/);
    }
    expect(lines()).toBe(1);
  });

  test("and the same twenty times at once, at two processes, once", async () => {
    const { call, lines } = fresh();
    const state = await stateOf(one, call);
    const rounds = await Promise.all(Array.from({ length: 20 }, (_, index) => round(index % 2 === 0 ? one : other, { ...call, state, responses: accepted })));
    expect(lines()).toBe(1);
    expect(rounds.filter(({ answer }) => !answer.isError)).toHaveLength(1);
    const codes = new Set(rounds.flatMap(({ answer }) => (answer.denial === undefined ? [] : [answer.denial.code])));
    for (const code of codes) expect(["approval.replayed", "approval.mismatch"]).toContain(code);
    const records = one.calls({ tool: "append_file" }).filter(({ targets }) => targets[0]?.raw === call.input["path"]);
    expect(records.map(({ decision, effect }) => `${decision} ${effect ?? ""}`).toSorted()).toEqual([
      "allow read",
      "allow write",
      ...Array.from({ length: 19 }, () => "deny write"),
    ]);
  });

  test("also where nothing about the target shows that it was done: the second one is `approval.replayed`", async () => {
    const { file, call } = fresh();
    const create = { ...call, tool: "create_directory", input: { path: `${file}.d` } };
    const state = await stateOf(one, create);
    expect((await round(one, { ...create, state, responses: accepted })).answer).toAllow();
    const listed = { ...call, tool: "list_allowed_directories", input: {} };
    const again = await stateOf(one, listed);
    expect((await round(one, { ...listed, state: again, responses: accepted })).answer).toAllow();
    for (const server of [one, other]) {
      expect((await round(server, { ...listed, state: again, responses: accepted })).answer).toDenyWith("approval.replayed");
    }
  });

  test("after a restart too, once; and one that was used before it, never", async () => {
    const used = fresh();
    const open = fresh();
    const before = await startHttpServer({ bin: writerBin, policy, evidence });
    const usedState = await stateOf(before, used.call);
    const openState = await stateOf(before, open.call);
    expect((await round(before, { ...used.call, state: usedState, responses: accepted })).answer).toAllow();
    await before.close("SIGKILL");
    const after = await startHttpServer({ bin: writerBin, policy, evidence });
    expect((await round(after, { ...used.call, state: usedState, responses: accepted })).answer.denial?.code).toMatch(/^approval\.(?:replayed|mismatch)$/);
    expect((await round(after, { ...open.call, state: openState, responses: accepted })).answer).toAllow();
    expect([used.lines(), open.lines()]).toEqual([1, 1]);
    await after.close();
  });
});

describe("no yes of the 2026 era is moved to another call, or made up (B3)", () => {
  const random = "A".repeat(43);
  test.for<readonly [string, (call: RoundCall, state: string) => RoundCall, string, string?]>([
    ["to other arguments", (call) => ({ ...call, input: { ...call.input, content: "line\nline\n" } }), "approval.mismatch", "approval:other-call"],
    [
      "to the same arguments written in another way",
      (call) => ({ ...call, input: { content: "line\n", path: call.input["path"] } }),
      "approval.mismatch",
      "approval:other-call",
    ],
    ["to another tool", (call) => ({ ...call, tool: "write_file" }), "approval.mismatch", "approval:other-call"],
    ["to another caller", (call) => ({ ...call, principal: "eve" }), "approval.mismatch", "approval:other-call"],
    [
      "by a state that was changed",
      (call, state) => ({ ...call, state: `${state.startsWith("A") ? "B" : "A"}${state.slice(1)}` }),
      "approval.mismatch",
      "approval:unknown",
    ],
    ["by a state that was cut", (call, state) => ({ ...call, state: state.slice(0, -1) }), "approval.mismatch", "approval:unknown"],
    ["by a state that was made up", (call) => ({ ...call, state: random }), "approval.mismatch", "approval:unknown"],
    ["by an empty state", (call) => ({ ...call, state: "" }), "approval.mismatch", "approval:unknown"],
    ["by an answer without a state", (call) => ({ ...call, state: undefined }), "approval.mismatch", "approval:no-question"],
    ["by a state without an answer", (call) => ({ ...call, responses: undefined }), "approval.declined", "approval:invalid"],
    ["by an answer to another question", (call) => ({ ...call, responses: { other: yes } }), "approval.declined", "approval:invalid"],
    [
      "by a wrapped answer",
      (call) => ({ ...call, responses: { approval: { method: "elicitation/create", result: yes } } }),
      "approval.declined",
      "approval:invalid",
    ],
    [
      "by a yes in words",
      (call) => ({ ...call, responses: answering({ action: "accept", content: { approve: "yes" } }) }),
      "approval.declined",
      "approval:invalid",
    ],
    ["by a yes without content", (call) => ({ ...call, responses: answering({ action: "accept" }) }), "approval.declined", "approval:invalid"],
    [
      "by a form that was left empty",
      (call) => ({ ...call, responses: answering({ action: "accept", content: {} }) }),
      "approval.declined",
      "approval:invalid",
    ],
    [
      "by a yes with more beside it",
      (call) => ({ ...call, responses: answering({ action: "accept", content: { approve: true, more: 1 } }) }),
      "approval.declined",
      "approval:invalid",
    ],
    ["by a list", (call) => ({ ...call, responses: [yes] }), "approval.declined", "approval:invalid"],
  ])("%s", async ([, changed, code, rule]) => {
    const { call, lines, file } = fresh();
    const state = await stateOf(one, call);
    const { answer } = await round(one, changed({ ...call, state, responses: accepted }, state));
    expect(lines()).toBe(0);
    expect(answer).toDenyWith(code, rule);
    expect(answer.content).toHaveLength(1);
    const [record] = one.calls({ call: answer.receipt?.call ?? "" });
    expect(record).toMatchObject({ decision: "deny", code, rule, outcome: "denied", targets: [{ raw: file }] });
    expect(record?.approval).toMatch(/^(?:accepted|invalid):input_required:(?:[0-9a-f]{16}|unnamed)$/);
  });

  test("a no stays one: a yes behind it counts for nothing", async () => {
    const { call, lines } = fresh();
    const state = await stateOf(one, call);
    expect((await round(one, { ...call, state, responses: answering({ action: "decline" }) })).answer).toDenyWith("approval.declined", "approval:declined");
    expect((await round(other, { ...call, state, responses: accepted })).answer).toDenyWith("approval.replayed");
    expect(lines()).toBe(0);
  });

  test("what was shown is no longer what would happen: the file is another one", async () => {
    const { call, lines, file } = fresh();
    const state = await stateOf(one, call);
    writeFileSync(file, "");
    expect((await round(one, { ...call, state, responses: accepted })).answer).toDenyWith("approval.mismatch", "approval:other-call");
    expect(lines()).toBe(0);
  });

  test("the policy changed in between: it is asked anew", async () => {
    const folder = place.at("policy");
    const { call, lines } = fresh();
    const own = join(folder, "postern.yaml");
    const text = readFileSync(own, "utf8");
    const state = await stateOf(other, call);
    writeFileSync(own, `${text}\n# another word\n`);
    other.process.kill("SIGHUP");
    await expect.poll(() => other.process.stderr).toContain("the policy was reloaded");
    expect((await round(other, { ...call, state, responses: accepted })).answer).toDenyWith("approval.mismatch", "approval:other-call");
    expect(lines()).toBe(0);
    const anew = await stateOf(other, call);
    expect((await round(other, { ...call, state: anew, responses: accepted })).answer).toAllow();
    expect(lines()).toBe(1);
  });
});
