import { readCalls } from "@postern/evidence";
import { tree, type Answer, type RunningServer } from "@postern/testing";
import type { Socket } from "node:net";
import { describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startSenderBy } from "../subjects.ts";
import { answer, rawHost, type Answers, type RawHost } from "./origins.ts";

const given = "127.0.0.79";

interface Place extends AsyncDisposable {
  readonly origin: RawHost;
  readonly log: string;
  /** A server process of its own, on the one evidence file. */
  start(more?: string): Promise<RunningServer>;
}

async function place(answers: Answers): Promise<Place> {
  const folder = tree({ "policy/": true, "log/": true });
  const origin = await rawHost(given, answers);
  const log = folder.at("log/evidence.db");
  const started: RunningServer[] = [];
  return {
    origin,
    log,
    async start(more = "") {
      const calls = `{ send: { description: Sends a note., method: POST, url: "http://${given}:${origin.port}/notes/{to}", path: { to: { type: string } }, body: { type: object, properties: { text: { type: string }, loud: { type: boolean } } }${more} } }`;
      const card = `{ id: notes, server: fetch-write, principals: [me], tools: "*", targets: { internal: { networks: [${given}/32], ports: [${origin.port}] }, calls: ${calls} } }`;
      const server = await startSenderBy(folder.at("policy"), [card], { args: ["--evidence", log] });
      started.push(server);
      return server;
    },
    async [Symbol.asyncDispose]() {
      for (const server of started) await server.close();
      await origin[Symbol.asyncDispose]();
      folder.remove();
    },
  };
}

const created: Answers = (_, socket) => void socket.end(answer("201 Created", '{"id":1}'));
const note = (key: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  path: { to: "ada" },
  body: { text: "hello", loud: true },
  idempotency_key: key,
  ...more,
});

describe("a key makes a call happen once (S3, E2, N5)", () => {
  test("the same call again is answered with the first one's receipt and status, whatever the order of its members; nothing is sent", async () => {
    await using here = await place(created);
    const server = await here.start();
    const first = await server.call("send", note("k"));
    const again = await server.call("send", { idempotency_key: "k", body: { loud: true, text: "hello" }, path: { to: "ada" } });
    expect(first).toAllow();
    expect(again).toAllow();
    expect(again.structuredContent).toEqual({ repeats: first.receipt, status: 201 });
    expect(again.text).toContain(`call ${first.receipt?.call ?? ""}`);
    expect(again.receipt?.call).not.toBe(first.receipt?.call);
    expect([here.origin.requests.length, here.origin.connections]).toEqual([1, 1]);
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ rule: `repeats:${first.receipt?.call ?? ""}`, outcome: "ok", changes: [] });
  });

  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ["another body", { body: { text: "bye" } }],
    ["another place", { path: { to: "bob" } }],
  ])("%s under the same key is denied", async (_name, more) => {
    await using here = await place(created);
    const server = await here.start();
    expect(await server.call("send", note("k"))).toAllow();
    expect(await server.call("send", note("k", more))).toDenyWith("input.key_reused");
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ decision: "deny", code: "input.key_reused" });
    expect(here.origin.connections).toBe(1);
  });

  test("a call that was answered with an error is not sent again under its key either, and one with another key is", async () => {
    await using here = await place((_, socket) => void socket.end(answer("503 Service Unavailable")));
    const server = await here.start();
    for (let round = 0; round < 2; round += 1) expect(await server.call("send", note("k"))).toFailWith("net.status");
    expect(here.origin.requests).toHaveLength(1);
    expect(await server.call("send", note("other"))).toFailWith("net.status");
    expect(here.origin.requests).toHaveLength(2);
  });

  test("of several processes that come with one key at once, one sends", async () => {
    // The first is not over before the five others were decided, however long that takes.
    const sent = Promise.withResolvers<Socket>();
    await using here = await place((_, socket) => sent.resolve(socket));
    const servers = await Promise.all([here.start(), here.start()]);
    const calls: readonly Promise<Answer>[] = [0, 1, 2, 3, 4, 5].map((at) => (servers[at % 2] ?? expect.unreachable()).call("send", note("k")));
    const refusals = (): number => readCalls(here.log, { code: "input.key_in_flight" }).length;
    await expect.poll(refusals, { timeout: 20_000 }).toBe(5);
    (await sent.promise).end(answer("201 Created"));
    const answers = await Promise.all(calls);
    expect(here.origin.requests).toHaveLength(1);
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
    for (const refused of answers.filter(({ isError }) => isError)) expect(refused).toDenyWith("input.key_in_flight");
    expect(await servers[1].call("send", note("k"))).toAllow();
    expect(here.origin.requests).toHaveLength(1);
    expect(readCalls(here.log, { code: "input.key_in_flight" })).toHaveLength(5);
  });

  test("calls without a key are each their own", async () => {
    await using here = await place(created);
    const server = await here.start();
    for (let round = 0; round < 2; round += 1) expect(await server.call("send", { path: { to: "ada" }, body: {} })).toAllow();
    expect(here.origin.requests).toHaveLength(2);
  });
});

describe("what nobody knows the end of is not done again (E2, N5)", () => {
  test("a connection that breaks after the request", async () => {
    await using here = await place((_, socket) => void socket.resetAndDestroy());
    const server = await here.start(", retries: 2");
    expect(await server.call("send", note("k"))).toFailWith("net.unknown");
    expect(server.calls({ limit: 1 })[0]).toMatchObject({
      outcome: "failed",
      failure: "net.unknown",
      changes: [{ change: "sent", durable: false, after: { bytes: 28 } }],
    });
    expect(await server.call("send", note("k"))).toDenyWith("input.key_unknown");
    expect(here.origin.requests).toHaveLength(1);
    expect(await server.call("send", note("another"))).toFailWith("net.unknown");
    expect(here.origin.requests).toHaveLength(2);
  });

  test("a caller that leaves while its request is under way", async () => {
    const arrived = Promise.withResolvers<Socket>();
    await using here = await place((_, socket) => arrived.resolve(socket));
    const server = await here.start();
    const stop = new AbortController();
    const leaving = server.call("send", note("k"), { signal: stop.signal }).catch(() => undefined);
    await arrived.promise;
    expect(await server.call("send", note("k"))).toDenyWith("input.key_in_flight");
    stop.abort();
    await leaving;
    await expect.poll(() => server.calls({ outcome: "failed" })).toMatchObject([{ failure: "net.unknown" }]);
    expect(await server.call("send", note("k"))).toDenyWith("input.key_unknown");
    expect(here.origin.requests).toHaveLength(1);
  });

  test("kill -9 between the request and its answer: the call is unfinished, then unknown, and its key stays closed, for every process", async () => {
    const arrived = Promise.withResolvers<Socket>();
    await using here = await place((_, socket) => arrived.resolve(socket));
    const dying = await here.start();
    const beside = await here.start();
    const sending = dying.call("send", note("k"));
    await arrived.promise;
    expect(readCalls(here.log, { unfinished: true })).toMatchObject([{ tool: "send", outcome: "unfinished", effect: "irreversible" }]);
    expect(await beside.call("send", note("k"))).toDenyWith("input.key_in_flight");
    dying.process.kill("SIGKILL");
    await dying.process.exited;
    await Promise.allSettled([sending]);
    expect(await beside.call("send", note("k"))).toDenyWith("input.key_unknown");
    const next = await here.start();
    expect(readCalls(here.log, { unfinished: true })).toMatchObject([{ tool: "send", outcome: "unknown" }]);
    expect(await next.call("send", note("k"))).toDenyWith("input.key_unknown");
    expect(await next.call("send", note("k", { body: {} }))).toDenyWith("input.key_reused");
    expect([here.origin.requests.length, here.origin.connections]).toEqual([1, 1]);
  });
});

test("what was certainly not sent may be sent under the same key (E3)", async () => {
  await using here = await place(created);
  const server = await here.start();
  const { port } = here.origin;
  await here.origin[Symbol.asyncDispose]();
  expect(await server.call("send", note("k"))).toFailWith("net.connect");
  expect(server.calls({ limit: 1 })[0]).toMatchObject({ outcome: "failed", failure: "net.connect", changes: [] });
  await using origin = await rawHost(given, created, port);
  expect(await server.call("send", note("k"))).toAllow();
  expect(origin.requests).toHaveLength(1);
});
