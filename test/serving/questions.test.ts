import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import { expect } from "../expect.ts";
import { writerBin } from "../subjects.ts";
import { folderToAsk, human, startAsked, ways } from "./asked.ts";
import { writePolicy } from "./callers.ts";
import { answering, round, type Round } from "./rounds.ts";

let files: Tree;
const { place: folder, card } = folderToAsk();

beforeAll(() => {
  files = tree({ "root/a.txt": Array.from({ length: 60 }, (_, line) => `line ${line} is confidential\n`).join(""), "policies/": true });
});
afterAll(() => {
  files.remove();
  folder.remove();
});

let policies = 0;

async function servers(budget: string): Promise<readonly [HttpServer, HttpServer]> {
  const own = files.at(`policies/${(policies += 1)}`);
  mkdirSync(own);
  const asked = `{ id: all, server: filesystem-write, principals: [ada, bob], tools: "*", targets: { roots: [ { path: ${JSON.stringify(files.at("root"))} } ] }, approval: required${budget} }`;
  const policy = writePolicy(own, [{ id: "ada" }, { id: "bob" }], [asked]);
  const evidence = `${own}/evidence.db`;
  const started = await Promise.all([startHttpServer({ bin: writerBin, policy, evidence }), startHttpServer({ bin: writerBin, policy, evidence })]);
  onTestFinished(async () => void (await Promise.all(started.map((each) => each.close()))));
  return started;
}

function edit(server: HttpServer, line: number, more: Readonly<Record<string, unknown>> = {}, principal = "ada"): Promise<Round> {
  return round(server, { principal, tool: "edit_file", input: { path: "a.txt", edits: [{ oldText: `line ${line} `, newText: "LINE " }] }, ...more });
}

describe("a question to a human (B3)", () => {
  test("takes its bytes from the budget, and is not put where they do not fit; the calls are the accepted one's (B2)", async () => {
    const [one, other] = await servers(", budget: { owner: team, bytes: 5KB/day, calls: 2/day }");
    const rounds: Round[] = [];
    for (let line = 3; line < 60; line += 7) rounds.push(await edit(line % 2 === 0 ? one : other, line));
    const questions = one.calls({ outcome: "ok" });
    expect(questions.length).toBeGreaterThan(1);
    expect(rounds.filter(({ state }) => state !== undefined)).toHaveLength(questions.length);
    let sum = 0;
    for (const { budget, bytes_out, cost } of questions) {
      expect([budget, cost]).toMatchObject([[{ resource: "bytes", taken: bytes_out }], 0]);
      expect(bytes_out).toBeGreaterThan(500);
      sum += bytes_out ?? 0;
    }
    expect(sum).toBeLessThanOrEqual(5_000);
    for (const { answer, state } of rounds.filter(({ state: asked }) => asked === undefined)) {
      expect([answer.denial?.code ?? answer.failure?.code, state]).toEqual(["budget.exhausted", undefined]);
      expect(JSON.stringify(answer.raw)).not.toContain("confidential");
    }
  });

  test("is one of eight that one caller has open, on both servers together; the ninth is told so (E6)", async () => {
    const [one, other] = await servers("");
    const rounds = await Promise.all(Array.from({ length: 20 }, (_, line) => edit(line % 2 === 0 ? one : other, line)));
    const open = rounds.filter(({ state }) => state !== undefined);
    expect(open).toHaveLength(8);
    for (const { answer } of rounds.filter(({ state }) => state === undefined)) {
      expect(answer).toDenyWith("limit.busy");
      expect(answer.denial).toMatchObject({ rule: "questions-open", message: expect.stringContaining("Too many questions") });
    }
    expect(one.calls({ code: "limit.busy" })).toHaveLength(12);
    expect((await edit(one, 1, {}, "bob")).state).toBeDefined();
    const answered = rounds.findIndex(({ state }) => state !== undefined);
    await edit(other, answered, { state: rounds[answered]?.state, responses: answering({ action: "decline" }) });
    expect((await edit(one, 50)).state).toBeDefined();
    expect((await edit(one, 51)).answer).toDenyWith("limit.busy");
  });

  test("that a large file is read for holds up nobody else, and is one at a time", async () => {
    const [one] = await servers("");
    writeFileSync(files.at("root/large.txt"), `${"x".repeat(168)}\n`.repeat(90_000));
    const large = Array.from({ length: 40 }, (_, place) =>
      round(one, { principal: "ada", tool: "edit_file", input: { path: "large.txt", edits: [{ oldText: "x\n", newText: `y${place}\n`, replaceAll: true }] } }),
    );
    const previewed = Promise.all(large).then(() => performance.now());
    for (let times = 0; times < 6; times += 1)
      expect((await round(one, { principal: "bob", tool: "list_allowed_directories", input: {} })).answer).not.toDenyWith("limit.busy");
    // however slow the machine is: six calls of the other one, one after the other, are over before the previews are
    expect(performance.now()).toBeLessThan(await previewed);
    const codes = (await Promise.all(large)).map(({ state, answer }) => (state === undefined ? answer.denial?.rule : "asked"));
    expect(codes.filter((code) => code === "asked")).toHaveLength(8);
    expect(codes.filter((code) => code === "questions-open")).toHaveLength(32);
  }, 60_000);
});

describe.each(ways)("who says no, by %s (B3)", (way) => {
  test("is asked about the same call three times more, and not again within the minute (E6)", async () => {
    const asked = human(() => ({ action: "decline" }));
    await using client = await startAsked(way, { bin: writerBin, folder: folder.at("policy"), cards: [card], human: asked });
    const path = folder.at("files/unwanted.txt");
    for (let times = 0; times < 4; times += 1) expect(await client.call("write_file", { path, content: "x" })).toDenyWith("approval.declined");
    for (let times = 0; times < 3; times += 1) {
      const refused = await client.call("write_file", { path, content: "x" });
      expect(refused).toDenyWith("budget.loop");
      expect(refused.denial).toMatchObject({
        rule: "loop:declined",
        retryAfterMs: expect.any(Number),
        message: expect.stringMatching(/in about (?:[1-5]?\d|60) s/),
      });
    }
    expect([asked.questions.length, existsSync(path)]).toEqual([4, false]);
    expect(client.server.calls({ code: "budget.loop" })).toMatchObject(
      Array.from({ length: 3 }, () => ({ decision: "deny", rule: "loop:declined", route: "asked" })),
    );
    // another call is another question
    expect(await client.call("write_file", { path, content: "y" })).toDenyWith("approval.declined");
    expect(asked.questions).toHaveLength(5);
  });
});
