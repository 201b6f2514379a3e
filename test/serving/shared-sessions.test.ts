import { startHttpServer, tree, type HttpServer, type RawAnswer } from "@postern/testing";
import { expect, onTestFinished, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { join } from "node:path";

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
