import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { answerOf, type Answer, type RawMessage, type RunningServer } from "@postern/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { answer as httpAnswer, rawHost } from "../fetch-write/origins.ts";
import { fetchBin, startWriter, writerBin } from "../subjects.ts";
import { folderToAsk, human, startAsked, writeAskedPolicy, yes } from "./asked.ts";
import { isQuestion } from "./streams.ts";

const { place, card } = folderToAsk();
afterAll(() => place.remove());
let server: RunningServer;
let serial = 0;

async function start(): Promise<void> {
  const policy = writeAskedPolicy(place.at("policy"), [card], "stdio 2025");
  server = await startWriter(["--policy", policy, "--principal", "ada"], { era: "raw" });
}

/** For tests that end their server, or count all that it says. */
function aServerForEach(): void {
  beforeEach(start);
  afterEach(() => server.close());
}

interface Call {
  readonly file: string;
  readonly id: string;
  readonly answer: Promise<Answer>;
}

function write(): Call {
  serial += 1;
  const id = `call-${serial}`;
  const file = place.at(`files/${serial}.txt`);
  const sent = server.raw.request("tools/call", { name: "write_file", arguments: { path: file, content: "written" } }, { id });
  const answer = sent.then(({ result }) => answerOf(result));
  // Of a call that is never answered, the end of the server is what there is to see.
  answer.catch(() => undefined);
  return { file, id, answer };
}

/** The next message that fits. */
function seen(fits: (message: RawMessage) => boolean): Promise<RawMessage> {
  return new Promise((resolve) => {
    const stop = server.raw.onMessage((message) => {
      if (!fits(message)) return;
      stop();
      resolve(message);
    });
  });
}

async function asked(begin: () => Call): Promise<Call & { readonly question: RawMessage }> {
  const question = seen(isQuestion);
  const call = begin();
  return { ...call, question: await question };
}

const form = { elicitation: { form: {} } };

describe("an answer on a connection of the 2025 era (B3)", () => {
  beforeAll(async () => {
    await start();
    await server.raw.initialize(form);
  });
  afterAll(() => server.close());

  test.for<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ["an error", { error: { code: -32000, message: "no" } }, "invalid"],
    ["an empty result", { result: {} }, "invalid"],
    ["a yes in words", { result: { action: "accept", content: { approve: "yes" } } }, "invalid"],
    ["a yes as a number", { result: { action: "accept", content: { approve: 1 } } }, "invalid"],
    ["a yes beside the form", { result: { action: "accept", approve: true } }, "invalid"],
    ["a form that was left empty", { result: { action: "accept", content: {} } }, "invalid"],
    ["a yes with more beside it", { result: { action: "accept", content: { approve: true, remember: true } } }, "invalid"],
    ["a yes in a list", { result: { action: "accept", content: [true] } }, "invalid"],
    ["another action", { result: { action: "approve", content: { approve: true } } }, "invalid"],
    ["a no with a yes in it", { result: { action: "decline", content: { approve: true } } }, "declined"],
    ["a closed question with a yes in it", { result: { action: "cancel", content: { approve: true } } }, "cancelled"],
    ["a box that was not ticked", { result: { action: "accept", content: { approve: false } } }, "declined"],
  ])("that is %s is no yes: nothing happens", async ([, body, said]) => {
    const after = server.calls({}).at(-1)?.index ?? -1;
    const { question, answer, file } = await asked(write);
    server.raw.send({ jsonrpc: "2.0", id: question.id, ...body });
    expect(await answer).toDenyWith("approval.declined", `approval:${said}`);
    expect(existsSync(file)).toBe(false);
    const [first, last, ...others] = server.calls({ tool: "write_file", after });
    expect(others).toEqual([]);
    expect(last).toMatchObject({ decision: "deny", code: "approval.declined", approval: first?.approval?.replace("asked", said) });
  });
});

describe("a yes on a connection of the 2025 era (B3)", () => {
  aServerForEach();

  test("to an id that was never asked is recorded, and answers nothing", async () => {
    await server.raw.initialize(form);
    const { question, answer, file } = await asked(write);
    server.raw.send({ jsonrpc: "2.0", id: "approval-made-up", result: yes });
    server.raw.send({ jsonrpc: "2.0", id: 0, result: yes });
    await expect.poll(() => server.calls({ code: "input.invalid" }).map(({ rule }) => rule)).toEqual(["unexpected-response", "unexpected-response"]);
    expect(existsSync(file)).toBe(false);
    server.raw.send({ jsonrpc: "2.0", id: question.id, result: yes });
    expect(await answer).toAllow();
    server.raw.send({ jsonrpc: "2.0", id: question.id, result: yes });
    await expect.poll(() => server.calls({ code: "input.invalid" })).toHaveLength(3);
    expect(server.calls({ tool: "write_file" })).toHaveLength(2);
  });

  test("does not count for what stands at the target by then", async () => {
    await server.raw.initialize(form);
    const { question, answer, file } = await asked(write);
    writeFileSync(file, "somebody else's");
    server.raw.send({ jsonrpc: "2.0", id: question.id, result: yes });
    expect(await answer).toDenyWith("approval.mismatch", "approval:other-call");
    expect(readFileSync(file, "utf8")).toBe("somebody else's");
  });

  test("does not count under another policy: the question is taken back at once, and a new call is asked about anew", async () => {
    await server.raw.initialize(form);
    const { question, answer, file } = await asked(write);
    const policy = place.at("policy/postern.yaml");
    writeFileSync(policy, `${readFileSync(policy, "utf8")}\n# another word\n`);
    const taken = seen(({ method }) => method === "notifications/cancelled");
    server.process.kill("SIGHUP");
    expect((await taken).params).toMatchObject({ requestId: question.id });
    expect(await answer).toDenyWith("approval.mismatch", "approval:policy-changed");
    server.raw.send({ jsonrpc: "2.0", id: question.id, result: yes });
    await expect.poll(() => server.calls({ code: "input.invalid" })).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
    const anew = await asked(write);
    server.raw.send({ jsonrpc: "2.0", id: anew.question.id, result: yes });
    expect(await anew.answer).toAllow();
  });

  test("is waited for without a place among the running calls: more calls than there are places go on meanwhile", async () => {
    await server.raw.initialize(form);
    const open = await asked(write);
    const refused = await Promise.all(
      Array.from({ length: 40 }, () => server.raw.request("tools/call", { name: "write_file", arguments: { path: place.at("policy/x"), content: "" } })),
    );
    expect(refused.map(({ result }) => answerOf(result).denial?.code)).toEqual(Array.from({ length: 40 }, () => "path.outside_root"));
    server.raw.send({ jsonrpc: "2.0", id: open.question.id, result: yes });
    expect(await open.answer).toAllow();
  });
});

describe("a question on a connection of the 2025 era ends with nothing done (B3)", () => {
  aServerForEach();

  test("where its call is cancelled, and is taken back", async () => {
    await server.raw.initialize(form);
    const { question, id, file } = await asked(write);
    const taken = seen(({ method }) => method === "notifications/cancelled");
    server.raw.notify("notifications/cancelled", { requestId: id });
    expect((await taken).params).toMatchObject({ requestId: question.id });
    await expect.poll(() => server.calls({ code: "approval.declined" })).toMatchObject([{ rule: "approval:call-cancelled" }]);
    server.raw.send({ jsonrpc: "2.0", id: question.id, result: yes });
    await expect.poll(() => server.calls({ code: "input.invalid" })).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  test.for<readonly [string, () => void]>([
    ["the client goes away", () => server.process.child.stdin?.end()],
    ["the server is told to end", () => server.process.kill("SIGTERM")],
  ])("where %s", async ([, end]) => {
    await server.raw.initialize(form);
    const { file } = await asked(write);
    end();
    expect((await server.process.exited).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect(server.calls({ tool: "write_file" }).map(({ rule }) => rule)).toEqual(["approval:asked", "approval:server-ended"]);
  });

  test("where the process is killed: what was asked is recorded, and nothing else", async () => {
    await server.raw.initialize(form);
    const { file } = await asked(write);
    server.process.kill("SIGKILL");
    await server.process.exited;
    expect(existsSync(file)).toBe(false);
    expect(server.calls({ tool: "write_file" })).toMatchObject([{ decision: "allow", effect: "read", outcome: "ok" }]);
  });
});

describe("a client that", () => {
  aServerForEach();

  test.for<readonly [string, Readonly<Record<string, unknown>> | undefined]>([
    ["made no handshake", undefined],
    ["declared nothing", {}],
    ["can only open pages", { elicitation: { url: {} } }],
  ])("%s is asked nothing, and nothing happens", async ([, capabilities]) => {
    if (capabilities !== undefined) await server.raw.initialize(capabilities);
    const { answer, file } = write();
    expect(await answer).toDenyWith("approval.required");
    expect(existsSync(file)).toBe(false);
  });
});

describe.each(["stdio 2025", "stdio 2026"] as const)("a prompt whose tool needs a human's yes, by %s", (way) => {
  test("is refused: it cannot be asked about, and reaches nothing; the tool itself can (S5)", async () => {
    await using origin = await rawHost("127.0.0.84", (_, socket) => socket.end(httpAnswer("200 OK", "a page", ["content-type: text/plain"])));
    const asking = human();
    const targets = `{ hosts: ["127.0.0.84"], robots: ignore, internal: { networks: [127.0.0.0/8], ports: [${origin.port}] } }`;
    const web = `{ id: web, server: fetch-read, principals: [ada], tools: "*", targets: ${targets}, approval: required }`;
    await using client = await startAsked(way, { bin: fetchBin, folder: place.at("policy"), cards: [web], human: asking });
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "raw", version: "0" },
      "io.modelcontextprotocol/clientCapabilities": form,
    };
    if (!("raw" in client.server)) throw new Error("a server over HTTP");
    const url = `http://127.0.0.84:${origin.port}/page`;
    const params = { name: "fetch", arguments: { url }, ...(way.endsWith("2026") && { _meta: meta }) };
    const { error } = await client.server.raw.request("prompts/get", params);
    expect(error).toMatchObject({ code: -32602, data: { "dev.postern/denial": { code: "approval.required" } } });
    expect([asking.questions.length, origin.connections]).toEqual([0, 0]);
    expect(client.server.calls({ tool: "fetch" })).toMatchObject([{ decision: "deny", code: "approval.required", endpoint: "prompts/get" }]);
    expect(await client.call("fetch", { url })).toAllow();
    expect([asking.questions.length, origin.requests.length]).toEqual([1, 1]);
  });
});

test("a yes of the 2026 era is not replayed, moved or made up over stdio either (B3)", async () => {
  await using client = await startAsked("stdio 2026", { bin: writerBin, folder: place.at("policy"), cards: [card], human: human() });
  if (!("raw" in client.server)) throw new Error("a server over HTTP");
  const { raw } = client.server;
  const file = place.at("files/modern.txt");
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "0" },
    "io.modelcontextprotocol/clientCapabilities": form,
  };
  const send = async (more: Readonly<Record<string, unknown>>, content = "line\n"): Promise<RawMessage["result"]> => {
    const sent = await raw.request("tools/call", { name: "append_file", arguments: { path: file, content }, ...more, _meta: envelope });
    return sent.result;
  };
  const { requestState } = (await send({})) as { readonly requestState: string };
  const inputResponses = { approval: yes };
  expect(answerOf(await send({ inputResponses }))).toDenyWith("approval.mismatch", "approval:no-question");
  expect(answerOf(await send({ inputResponses, requestState: `${requestState}x` }))).toDenyWith("approval.mismatch", "approval:unknown");
  expect(answerOf(await send({ inputResponses, requestState }, "more\n"))).toDenyWith("approval.mismatch", "approval:other-call");
  expect(existsSync(file)).toBe(false);
  const all = await Promise.all(Array.from({ length: 20 }, () => send({ inputResponses, requestState })));
  expect(all.map(answerOf).filter(({ isError }) => !isError)).toHaveLength(1);
  expect(readFileSync(file, "utf8")).toBe("line\n");
});
