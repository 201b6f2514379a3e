import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainHandshake } from "../src/handshake.ts";
import { endServers, startServer, textOf, type RawServer } from "./raw-server.ts";

const definition = { name: "shelf", version: "1.2.3", instructions: "Reads." };
const read = { name: "read_book", arguments: { book: "history/rome" } };
const plain = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "client", version: "1" } };

function line(params: unknown, id: unknown = 1): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, method: "initialize", params }));
}

afterAll(endServers);

describe("the answer to a plain handshake", () => {
  const plainInfo = { name: "", version: "", title: "Client", description: "d", websiteUrl: "https://client.example" };
  const cases: readonly (readonly [string, unknown])[] = [
    ...[...SUPPORTED_PROTOCOL_VERSIONS, "2026-07-28", "another", ""].map((version) => ["protocolVersion", version] as const),
    ["capabilities", { roots: {} }],
    ["capabilities", { roots: { listChanged: true }, sampling: {}, elicitation: {} }],
    ["capabilities", { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, experimental: { own: {} }, extensions: { "a/b": {} } }],
    ["clientInfo", plainInfo],
  ];
  /** Asked only after its own handshake, so that every answer of it is the SDK's. */
  let sdk: RawServer;
  beforeAll(async () => {
    sdk = startServer();
    await sdk.handshake();
  });

  it.each(cases)("is the SDK's own, which comes to nobody: %s %j (S5)", async (key, value) => {
    const params = { ...plain, [key]: value };
    expect(plainHandshake(line(params), definition)).toBeDefined();
    const server = startServer({ env: { POSTERN_DEBUG: "1" } });
    const [answer, its] = await Promise.all([server.ask("initialize", params), sdk.ask("initialize", params)]);
    expect(answer.result).toBeDefined();
    expect(answer.result).toStrictEqual(its.result);
    server.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    expect((await server.ask("ping")).result).toEqual({});
    expect(server.answers.filter(({ method }) => method === undefined)).toHaveLength(2);
    expect(server.stderr()).not.toContain("handshake");
    expect(server.records()).toEqual([]);
  });

  it("comes once, and what stood in the same bytes is answered behind it, in order (S5)", async () => {
    const server = startServer();
    const ping = (id: number): string => JSON.stringify({ jsonrpc: "2.0", id, method: "ping" });
    server.send([line(plain, "a").toString(), JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }), ping(2), ping(3)].join("\n"));
    await server.answer(({ id }) => id === 3);
    expect(server.answers.map(({ id }) => id)).toEqual(["a", 2, 3]);
  });

  it("is not waited for by a client that is gone: the process ends by itself (E2)", async () => {
    const server = startServer();
    server.send(line(plain).toString());
    server.child.stdin.end();
    expect(await server.exit()).toBe(0);
    expect(server.answers).toHaveLength(1);
  });

  it.each([
    ["a client that spoke already", [line(plain).toString(), JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params: read })], 1],
    ["a client that waits", [], 0],
  ] as const)("does not keep a start from being refused before a call: %s (S4)", async (_name, lines, answers) => {
    const server = startServer({ env: { SHELF_GUARANTEE: "broken" } });
    server.send(...lines);
    expect(await server.exit()).toBe(1);
    expect(server.stderr().trim().split("\n")).toEqual([expect.stringMatching(/^postern-\S+: refused to start: books do not stay on their shelves$/)]);
    expect(server.answers).toHaveLength(answers);
    expect(server.records()).toEqual([]);
    const sound = startServer();
    sound.send(...lines);
    expect(textOf(await sound.call("read_book", read.arguments))).toBe("pages of history/rome");
  });

  it("agrees on the SDK's revisions, the newest first", () => {
    const agreed = (asked: string): unknown =>
      JSON.parse(plainHandshake(line({ ...plain, protocolVersion: asked }), definition) ?? "{}").result?.protocolVersion;
    expect(SUPPORTED_PROTOCOL_VERSIONS.map(agreed)).toEqual(SUPPORTED_PROTOCOL_VERSIONS);
    expect(agreed("another")).toBe(SUPPORTED_PROTOCOL_VERSIONS[0]);
  });
});

describe("what is left to the SDK", () => {
  const cases: readonly (readonly [string, Buffer])[] = [
    ["another method", Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}')],
    ["no JSON", Buffer.from("initialize")],
    ["a notification", Buffer.from(JSON.stringify({ jsonrpc: "2.0", method: "initialize", params: plain }))],
    ["no parameters", line(undefined)],
    ["a member of its own", line({ ...plain, more: 1 })],
    ["the envelope of the 2026 era", line({ ...plain, _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } })],
    ["a number as version", line({ ...plain, protocolVersion: 5 })],
    ["a client without a name", line({ ...plain, clientInfo: { version: "1" } })],
    ["a client with icons", line({ ...plain, clientInfo: { ...plain.clientInfo, icons: [] } })],
    ["a client with a number as title", line({ ...plain, clientInfo: { ...plain.clientInfo, title: 5 } })],
    ["no capabilities", line({ ...plain, capabilities: undefined })],
    ["a list of capabilities", line({ ...plain, capabilities: [] })],
    ["an unknown capability", line({ ...plain, capabilities: { own: {} } })],
    ["a capability with settings", line({ ...plain, capabilities: { elicitation: { form: { applyDefaults: "x" } } } })],
    ["roots that are announced wrongly", line({ ...plain, capabilities: { roots: { listChanged: "yes" } } })],
    ["a message of more than 4 KiB", line({ ...plain, clientInfo: { name: "x".repeat(5000), version: "1" } })],
  ];
  it.each(cases)("%s (S5)", (_name, bytes) => {
    expect(plainHandshake(bytes, definition)).toBeUndefined();
  });
});
