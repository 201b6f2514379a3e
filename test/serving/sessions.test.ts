import { startHttpServer, tree, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { heldOrigin, type HeldOrigin } from "./held-origin.ts";
import { written } from "./parity-table.ts";
import { beginSession, endSession, inSession } from "./sessions.ts";

const patient = { timeout: 10_000 };
let files: Tree;
let origin: HeldOrigin;
let server: HttpServer;
/** Of `ada`, all along. */
let session: string;

beforeAll(async () => {
  files = tree({ "policy/": true });
  origin = await heldOrigin();
  const callers = [{ id: "ada", tenant: "acme" }, { id: "bob", tenant: "acme" }, { id: "eve", tenant: "rival" }, { id: "crowd" }];
  const card = `{ id: web, server: fetch-read, principals: [ada, bob, eve, crowd], tools: "*", targets: ${origin.targets} }`;
  server = await startHttpServer({ bin: fetchBin, policy: writePolicy(files.at("policy"), callers, [card]) });
  session = await beginSession(server, "ada");
});
afterAll(async () => {
  await server?.close();
  await origin?.[Symbol.asyncDispose]();
  files?.remove();
});

/** An answer without what is of its own record only. */
function neutral({ status, headers, text }: RawAnswer): object {
  const { date: _date, "content-length": _length, ...rest } = headers;
  return { status, headers: rest, text: text.replace(/"receipt":\{[^}]*\}/, '"receipt":{}') };
}

/** What a session can be asked for, and whether it triggers anything. */
const uses: readonly { readonly name: string; readonly ask: (id: string, by: string | undefined) => Promise<RawAnswer> }[] = [
  { name: "a list", ask: (id, by) => inSession(server, id, { by, method: "tools/list" }) },
  { name: "a call", ask: (id, by) => inSession(server, id, { by, method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } }) },
  { name: "a ping", ask: (id, by) => inSession(server, id, { by, method: "ping" }) },
  { name: "its end", ask: (id, by) => endSession(server, id, by) },
];

describe.each(["bob", "eve"])("somebody else's session, named by %s (P1, P2)", (by) => {
  test.each(uses)("$name: as of one that never was, and only the record knows better", async ({ ask }) => {
    const before = server.calls().length;
    const others = await ask(session, by);
    const none = await ask(randomUUID(), by);
    expect(others.status).toBe(404);
    expect(neutral(others)).toEqual(neutral(none));
    const tenant = by === "eve" ? "rival" : "acme";
    expect(server.calls().slice(before)).toMatchObject([
      { decision: "deny", code: "input.invalid", rule: "session-of-another", principal: by, tenant },
      { decision: "deny", code: "input.invalid", rule: "session", principal: by, tenant },
    ]);
    expect(origin.waiting()).toBe(0);
  });

  test("cancels nothing of it", async () => {
    const call = inSession(server, session, { by: "ada", method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } });
    await expect.poll(() => origin.waiting(), patient).toBe(1);
    const cancel = await server.send({
      token: keyOf(by),
      headers: [["Mcp-Session-Id", session]],
      body: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } },
    });
    expect(cancel.status).toBe(404);
    expect(origin.waiting()).toBe(1);
    origin.release();
    expect((await call).text).toContain("held until now");
  });

  test("afterwards its owner still has it", async () => {
    expect((await inSession(server, session, { by: "ada", method: "tools/list" })).status).toBe(200);
  });
});

test("in the 2026 era a session means nothing, whosever it is (P2)", async () => {
  const { headers, body } = written("2026", { method: "tools/list" }, 1);
  for (const id of [session, randomUUID()]) {
    const { status, headers: got } = await server.send({ token: keyOf("eve"), headers: [...headers, ["Mcp-Session-Id", id]], body });
    expect([status, got["mcp-session-id"]]).toEqual([200, undefined]);
  }
});

test.each(uses)("a session proves nothing: $name without a key is unauthenticated, and comes to nothing (P2)", async ({ ask }) => {
  const before = server.calls().length;
  expect((await ask(session, undefined)).status).toBe(401);
  expect((await ask(session, "nobody")).status).toBe(401);
  expect(server.calls().slice(before)).toMatchObject([
    { code: "principal.unauthenticated", rule: "no-proof", principal: "(unauthenticated)" },
    { code: "principal.unauthenticated", rule: "key", principal: "(unauthenticated)" },
  ]);
  expect(origin.waiting()).toBe(0);
});

test("a session that its owner ended is over for everything, and what was under way in it is cancelled (E2)", async () => {
  const ending = await beginSession(server, "bob");
  const call = inSession(server, ending, { by: "bob", method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } });
  await expect.poll(() => origin.waiting(), patient).toBe(1);
  expect((await endSession(server, ending, "bob")).status).toBe(204);
  await call;
  await expect.poll(() => origin.waiting(), patient).toBe(0);
  expect(server.calls({ principal: "bob", tool: "fetch" }).at(-1)).toMatchObject({ decision: "allow", outcome: "cancelled" });
  for (const { ask } of uses) expect((await ask(ending, "bob")).status).toBe(404);
  expect(server.calls({ principal: "bob" }).slice(-uses.length)).toMatchObject(uses.map(() => ({ code: "input.invalid", rule: "session" })));
});

test("within a session, a cancelled call stops and is not answered, and no two in flight have one id (E2)", async () => {
  const ask = () => inSession(server, session, { by: "ada", method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } });
  const call = ask();
  await expect.poll(() => origin.waiting(), patient).toBe(1);
  expect((await ask()).status).toBe(400);
  expect(server.calls({ principal: "ada" }).at(-1)).toMatchObject({ code: "input.invalid", rule: "id-in-use" });
  const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } };
  const sent = await server.send({ token: keyOf("ada"), headers: [["Mcp-Session-Id", session]], body: cancel });
  expect([sent.status, sent.text, sent.headers["content-length"]]).toEqual([202, "", "0"]);
  const answer = await call;
  expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([200, "text/event-stream", ""]);
  await expect.poll(() => origin.waiting(), patient).toBe(0);
  expect(server.calls({ principal: "ada", tool: "fetch" }).at(-1)).toMatchObject({ decision: "allow", outcome: "cancelled" });
});

test("one session too many ends the oldest idle one of the same owner, and nobody else's (P1)", async () => {
  const [busy, touched, oldest] = [await beginSession(server, "crowd"), await beginSession(server, "crowd"), await beginSession(server, "crowd")];
  const bobs = await beginSession(server, "bob");
  const call = inSession(server, busy, { by: "crowd", method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } });
  await expect.poll(() => origin.waiting(), patient).toBe(1);
  const more: string[] = [];
  while (more.length < 509) more.push(...(await Promise.all(Array.from({ length: Math.min(32, 509 - more.length) }, () => beginSession(server, "crowd")))));
  const all = [busy, touched, oldest, ...more];
  expect(new Set(all).size).toBe(512);
  for (const id of all) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

  const ping = async (id: string, by: string): Promise<number> => (await inSession(server, id, { by, method: "ping" })).status;
  expect(await ping(touched, "crowd")).toBe(200);
  const newest = await beginSession(server, "crowd");
  expect(await ping(oldest, "crowd")).toBe(404);
  expect(await Promise.all([touched, newest, ...more].map((id) => ping(id, "crowd")))).toEqual(Array.from({ length: 511 }, () => 200));
  expect(await ping(bobs, "bob")).toBe(200);
  expect(await ping(session, "ada")).toBe(200);
  origin.release();
  expect((await call).text).toContain("held until now");
  expect(await ping(busy, "crowd")).toBe(200);
});
