import { existsSync } from "node:fs";
import { answerOf, startHttpServer, type HttpServer, type RawAnswer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { writerBin } from "../subjects.ts";
import { folderToAsk, writeAskedPolicy, yes } from "./asked.ts";
import { keyOf } from "./callers.ts";
import { beginSession, isQuestion, post, type Stream } from "./streams.ts";

const { place, card: alone } = folderToAsk();
const asks = { elicitation: {} };
let server: HttpServer;
let session: string;
let serial = 0;

beforeAll(async () => {
  const policy = writeAskedPolicy(place.at("policy"), [alone.replace("[ada]", "[ada, eve]")], "HTTP 2025");
  server = await startHttpServer({ bin: writerBin, policy });
  session = await beginSession(server, "ada", asks);
});
afterAll(async () => {
  await server.close();
  place.remove();
});

interface Open {
  readonly file: string;
  readonly id: number;
  readonly stream: Stream;
}

function write(over: Partial<Parameters<typeof post>[1]> = {}): Open {
  serial += 1;
  const file = place.at(`files/${serial}.txt`);
  const params = { name: "write_file", arguments: { path: file, content: "written" } };
  return { file, id: serial, stream: post(server, { principal: "ada", session, body: { jsonrpc: "2.0", id: serial, method: "tools/call", params }, ...over }) };
}

async function asked(stream: Stream): Promise<string> {
  const { id } = await stream.seen(isQuestion);
  return String(id);
}

function respond(id: string, to: { readonly principal?: string; readonly session?: string | null } = {}): Promise<RawAnswer> {
  const { principal = "ada", session: within = session } = to;
  const headers: [string, string][] = [["Accept", "application/json, text/event-stream"]];
  if (within !== null) headers.push(["Mcp-Session-Id", within]);
  return server.send({ token: keyOf(principal), headers, body: { jsonrpc: "2.0", id, result: yes } });
}

async function answered({ stream, id }: Open): Promise<ReturnType<typeof answerOf>> {
  return answerOf((await stream.seen((message) => message.id === id && message.method === undefined)).result);
}

function unexpected(): number {
  return server.calls({ code: "input.invalid" }).filter(({ rule }) => rule === "unexpected-response").length;
}

describe("a question within a session of the 2025 era (B3)", () => {
  test("is answered by its own session alone, by its own caller, to its own id; anything else leaves it open and is recorded (P2, E1)", async () => {
    const call = write();
    const id = await asked(call.stream);
    const another = await beginSession(server, "ada", asks);
    const eves = await beginSession(server, "eve", asks);
    const before = unexpected();
    for (const [other, status] of [
      [() => respond("approval-00000000-0000-4000-8000-000000000000"), 400],
      [() => respond(id, { session: another }), 400],
      [() => respond(id, { principal: "eve", session: eves }), 400],
      [() => respond(id, { principal: "eve" }), 404],
      [() => respond(id, { session: null }), 400],
    ] as const)
      expect((await other()).status).toBe(status);
    expect(unexpected()).toBe(before + 4);
    expect([existsSync(call.file), call.stream.messages.length]).toEqual([false, 1]);
    expect((await respond(id)).status).toBe(202);
    expect(await answered(call)).toAllow();
    expect(existsSync(call.file)).toBe(true);
    expect((await respond(id)).status).toBe(400);
  });

  test.for<readonly [string, (call: Open) => void | Promise<unknown>]>([
    ["its client goes away", ({ stream }) => void stream.sent.destroy()],
    [
      "its call is cancelled",
      ({ id }) =>
        server.send({
          token: keyOf("ada"),
          headers: [["Mcp-Session-Id", session]],
          body: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } },
        }),
    ],
  ])("ends with nothing done where %s, and an answer that comes later is one to nothing", async ([, end]) => {
    const call = write();
    const id = await asked(call.stream);
    await end(call);
    await expect.poll(() => server.calls({ code: "approval.declined" }).filter(({ targets }) => targets[0]?.raw === call.file)).toHaveLength(1);
    expect((await respond(id)).status).toBe(400);
    expect(existsSync(call.file)).toBe(false);
  });

  test("ends with its session", async () => {
    const own = await beginSession(server, "ada", asks);
    const call = write({ session: own });
    const id = await asked(call.stream);
    expect((await server.send({ method: "DELETE", token: keyOf("ada"), headers: [["Mcp-Session-Id", own]] })).status).toBe(204);
    await call.stream.over;
    expect(call.stream.messages.some(({ method }) => method === "notifications/cancelled")).toBe(true);
    expect((await respond(id, { session: own })).status).toBe(404);
    expect(existsSync(call.file)).toBe(false);
  });

  test.for<readonly [string, () => Promise<Open>]>([
    ["that has no session", async () => write({ session: undefined as never })],
    ["whose client did not say that it can ask", async () => write({ session: await beginSession(server, "ada", {}) })],
    ["whose client can only open pages", async () => write({ session: await beginSession(server, "ada", { elicitation: { url: {} } }) })],
    ["that takes no events", async () => write({ accept: "application/json" })],
  ])("is not asked about a call %s", async ([, begin]) => {
    const call = await begin();
    expect(await answered(call)).toDenyWith("approval.required");
    expect([call.stream.messages.length, existsSync(call.file)]).toEqual([1, false]);
  });

  test("waits beside seven others of its caller; the ninth call is refused, and takes none of another caller's room", async () => {
    const open = Array.from({ length: 8 }, () => write());
    const ids = await Promise.all(open.map(({ stream }) => asked(stream)));
    const ninth = write();
    expect(await answered(ninth)).toDenyWith("limit.busy", "questions-open");
    const eves = write({ principal: "eve", session: await beginSession(server, "eve", asks) });
    await asked(eves.stream);
    eves.stream.sent.destroy();
    for (const id of ids) expect((await respond(id)).status).toBe(202);
    for (const call of open) expect(await answered(call)).toAllow();
    expect([existsSync(ninth.file), existsSync(eves.file)]).toEqual([false, false]);
    const tenth = write();
    expect((await respond(await asked(tenth.stream))).status).toBe(202);
    expect(await answered(tenth)).toAllow();
  });

  test("ends with nothing done when the server is told to end", async () => {
    const call = write();
    await asked(call.stream);
    server.process.kill("SIGTERM");
    expect(await answered(call)).toDenyWith("approval.declined", "approval:server-ended");
    await server.process.exited;
    expect(existsSync(call.file)).toBe(false);
    expect(server.calls({ code: "approval.declined" }).at(-1)).toMatchObject({ rule: "approval:server-ended", targets: [{ raw: call.file }] });
  });
});
