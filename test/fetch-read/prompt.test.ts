import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startServer, tree, type RawMessage, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchBin, readerBin, startFetcherBy } from "../subjects.ts";

const given = "127.0.0.79";

let place: Tree;
let origin: Server;
let port: number;
const asked: string[] = [];

beforeAll(async () => {
  place = tree({ "policy/": true });
  origin = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/page") response.writeHead(200, { "content-type": "text/plain" }).end("what the page says");
    else response.writeHead(404).end();
  });
  origin.listen(0, given);
  await once(origin, "listening");
  port = (origin.address() as AddressInfo).port;
});
afterAll(() => {
  origin.close();
  place.remove();
});

const at = (path: string): string => `http://${given}:${port}${path}`;

function get(server: RunningServer, name: string, input: unknown): Promise<RawMessage> {
  const envelope = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": { name: "postern-raw", version: "0" } };
  const meta = server.era === "2026" ? { _meta: { ...envelope, "io.modelcontextprotocol/clientCapabilities": {} } } : {};
  return server.raw.request("prompts/get", { name, arguments: input, ...meta });
}

describe.each(["2025", "2026"] as const)("the prompt fetch, in the era of %s, is a call like any other (S5)", (era) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startFetcherBy(place.at("policy"), `{ hosts: [${given}], internal: { networks: [${given}/32], ports: [${port}] } }`, { era });
  });
  afterAll(() => server.close());

  test("gives what the tool gives, with its receipt, and leaves the tool's record", async () => {
    const { result } = await get(server, "fetch", { url: at("/page") });
    expect(result).toMatchObject({
      messages: [
        { role: "user", content: { type: "text", text: expect.stringContaining(`Contents of ${at("/page")}:\nwhat the page says`) } },
        { role: "user" },
      ],
      _meta: { "dev.postern/receipt": { log: expect.any(String) } },
    });
    expect(server.calls({ limit: 1 })).toMatchObject([{ endpoint: "prompts/get", tool: "fetch", decision: "allow", outcome: "ok" }]);
  });

  test.each([
    ["a host that the card does not give", () => ({ url: "https://example.com/" }), "net.host_not_allowed"],
    ["metadata", () => ({ url: "http://169.254.169.254/latest/meta-data/" }), "net.address"],
    ["an argument that the tool does not have", () => ({ url: at("/page"), proxy: "http://127.0.0.1:3128" }), "input.invalid"],
    ["no URL", () => ({}), "input.invalid"],
  ])("is denied %s, and nothing is sent (N1)", async (_name, input, code) => {
    const before = asked.length;
    const { error, result } = await get(server, "fetch", input());
    expect(result).toBeUndefined();
    expect(error).toMatchObject({ code: -32602, data: { "dev.postern/denial": { code, receipt: { index: expect.any(Number) } } } });
    expect(asked).toHaveLength(before);
    expect(server.calls({ limit: 1 })).toMatchObject([{ endpoint: "prompts/get", tool: "fetch", decision: "deny", code }]);
  });

  test("that failed says so with its code (E3)", async () => {
    const { error } = await get(server, "fetch", { url: at("/gone") });
    expect(error).toMatchObject({ code: -32603, data: { "dev.postern/failure": { code: "net.status" } } });
  });

  test("by another name is unknown, and recorded (E1)", async () => {
    const { error } = await get(server, "nothing", { url: at("/page") });
    expect(error).toMatchObject({ code: -32602, message: "Unknown prompt: nothing", data: { code: "input.invalid" } });
    expect(server.calls({ limit: 1 })).toMatchObject([{ endpoint: "prompts/get", decision: "deny" }]);
  });
});

test("is listed to who may call its tool, and to nobody else (S4)", async () => {
  await using allowed = await startServer({ bin: fetchBin, args: ["--allow-host", "*"] });
  await using nobody = await startServer({ bin: fetchBin });
  const names = async (server: RunningServer): Promise<unknown> => (await server.raw.request("prompts/list")).result;
  expect(await names(allowed)).toMatchObject({ prompts: [{ name: "fetch", arguments: [{ name: "url", required: true }] }] });
  expect(await names(nobody)).toMatchObject({ prompts: [] });
  expect((await get(nobody, "fetch", { url: at("/page") })).error).toMatchObject({ code: -32602, message: "Unknown prompt: fetch" });
});

test("a server without prompts has no such methods", async () => {
  await using server = await startServer({ bin: readerBin, args: [place.root] });
  expect((await server.raw.request("prompts/list")).error).toMatchObject({ code: -32601 });
});
