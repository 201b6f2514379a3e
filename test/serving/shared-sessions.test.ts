import { startHttpServer, tree, type HttpServer, type RawAnswer } from "@postern/testing";
import { renameSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { fetchBin, readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { heldOrigin } from "./held-origin.ts";
import { beginSession, endSession, inSession } from "./sessions.ts";
import { join } from "node:path";

const patient = { timeout: 10_000 };
const headers = [["accept", "application/json, text/event-stream"]] as const;

async function begin(server: HttpServer, who: string): Promise<string> {
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "wanderer", version: "1" } };
  const answer = await server.send({ token: keyOf(who), headers, body: { jsonrpc: "2.0", id: 1, method: "initialize", params } });
  const id = answer.headers["mcp-session-id"];
  return typeof id === "string" ? id : expect.unreachable("a session");
}

function list(server: HttpServer, who: string, session: string): Promise<RawAnswer> {
  const named = [...headers, ["mcp-session-id", session]] as const;
  return server.send({ token: keyOf(who), headers: named, body: { jsonrpc: "2.0", id: 2, method: "tools/list" } });
}

test("a session is its owner's on every server that shares the log, also on one that is started later, until it is ended (B2, P2)", async () => {
  const files = tree({ "open/a.txt": "a\n" });
  onTestFinished(() => files[Symbol.dispose]());
  const card = `{ id: all, server: filesystem-read, principals: [ada, bob], tools: [read_text_file], targets: { roots: [ { path: ${files.at("open")} } ] } }`;
  const policy = writePolicy(files.root, [{ id: "ada" }, { id: "bob" }], [card]);
  const start = async (): Promise<HttpServer> => {
    const server = await startHttpServer({ bin: readerBin, policy, evidence: join(files.root, "evidence.db") });
    onTestFinished(() => server.close());
    return server;
  };
  const [one, other] = [await start(), await start()];
  const session = await begin(one, "ada");
  expect((await list(other, "ada", session)).status).toBe(200);

  await one.close("SIGKILL");
  const later = await start();
  expect((await list(later, "ada", session)).status).toBe(200);
  const path = files.at("open/a.txt");
  const body = { jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "read_text_file", arguments: { path } } };
  await later.send({ token: keyOf("ada"), headers: [...headers, ["mcp-session-id", session]], body });
  expect(later.calls({ tool: "read_text_file" })).toMatchObject([{ principal: "ada", client: "wanderer 1" }]);

  // somebody else's session, and one that never was, answer alike; the record tells them apart
  const [stolen, none] = [await list(later, "bob", session), await list(later, "bob", session.replaceAll(/[0-9a-f]/g, "0"))];
  const shown = ({ text }: RawAnswer): string => text.replace(/"receipt":\{[^}]*\}/, "");
  expect([stolen.status, shown(stolen)]).toEqual([404, shown(none)]);
  expect(later.calls({ principal: "bob" }).map(({ rule, decision }) => [decision, rule])).toEqual([
    ["deny", "session-of-another"],
    ["deny", "session"],
  ]);

  const ended = await later.send({ method: "DELETE", token: keyOf("ada"), headers: [["mcp-session-id", session]] });
  expect(ended.status).toBe(204);
  expect((await list(later, "ada", session)).status).toBe(404);
  expect((await list(await start(), "ada", session)).status).toBe(404);
});

test("a session that was ended on one server is over on another that used it before, with what is under way in it there (P2, E2)", async () => {
  const files = tree({ "policy/": true });
  onTestFinished(() => files[Symbol.dispose]());
  const origin = await heldOrigin();
  onTestFinished(() => origin[Symbol.asyncDispose]());
  const card = `{ id: web, server: fetch-read, principals: [ada], tools: "*", targets: ${origin.targets} }`;
  const policy = writePolicy(files.at("policy"), [{ id: "ada" }], [card]);
  const start = async (): Promise<HttpServer> => {
    const server = await startHttpServer({ bin: fetchBin, policy, evidence: join(files.root, "evidence.db") });
    onTestFinished(() => server.close());
    return server;
  };
  const [one, other] = [await start(), await start()];
  const [ended, quiet, kept] = [await beginSession(one, "ada"), await beginSession(one, "ada"), await beginSession(one, "ada")];
  const fetched = { by: "ada", method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } };
  const pinged = async (session: string): Promise<number> => (await inSession(other, session, { by: "ada", method: "ping" })).status;
  expect([await pinged(ended), await pinged(quiet), await pinged(kept)]).toEqual([200, 200, 200]);
  const [, stopped, goesOn] = [inSession(other, ended, fetched), inSession(other, quiet, fetched), inSession(other, kept, fetched)];
  await expect.poll(() => origin.waiting(), patient).toBe(3);

  expect((await endSession(one, ended, "ada")).status).toBe(204);
  // whoever has the answer to its end finds it ended everywhere from then on
  const before = other.calls({ code: "input.invalid" }).length;
  const afterwards = [await pinged(ended), (await inSession(other, ended, fetched)).status, (await endSession(other, ended, "ada")).status];
  expect(afterwards).toEqual([404, 404, 404]);
  expect(other.calls({ code: "input.invalid" }).slice(before)).toMatchObject(afterwards.map(() => ({ decision: "deny", rule: "session", principal: "ada" })));
  await expect.poll(() => origin.waiting(), patient).toBe(2);

  // also where nothing more is asked for in it
  expect((await endSession(one, quiet, "ada")).status).toBe(204);
  await stopped;
  await expect.poll(() => origin.waiting(), patient).toBe(1);
  expect(other.calls({ tool: "fetch", outcome: "cancelled" })).toHaveLength(2);

  expect(await pinged(kept)).toBe(200);
  origin.release();
  expect((await goesOn).text).toContain("held until now");
});

test("a session is refused, and not guessed, while nobody can tell whether it stands (S4)", async () => {
  const files = tree({ "open/a.txt": "a\n", "state/": true });
  onTestFinished(() => files[Symbol.dispose]());
  const card = `{ id: all, server: filesystem-read, principals: [ada], tools: "*", targets: { roots: [ { path: ${files.at("open")} } ] } }`;
  const evidence = files.at("state/evidence.db");
  const server = await startHttpServer({ bin: readerBin, policy: writePolicy(files.root, [{ id: "ada" }], [card]), evidence });
  onTestFinished(() => server.close());
  const session = await beginSession(server, "ada");
  renameSync(evidence, `${evidence}.away`);
  for (const answer of [await inSession(server, session, { by: "ada", method: "ping" }), await endSession(server, session, "ada")]) {
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: "evidence.unavailable" } } });
  }
  renameSync(`${evidence}.away`, evidence);
  await expect.poll(async () => (await inSession(server, session, { by: "ada", method: "ping" })).status, patient).toBe(200);
});
