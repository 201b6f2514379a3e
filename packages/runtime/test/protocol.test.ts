import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { denialOf, endServers, envelope, startServer, textOf, type Message, type RawServer } from "./raw-server.ts";

function openings(server: RawServer): number {
  return server.stderr().match(/opened/g)?.length ?? 0;
}

const receipt = { call: expect.stringMatching(/^[0-9a-f-]{36}$/), log: expect.any(String), index: expect.any(Number) };
const allowed = { jsonrpc: "2.0", method: "tools/call", params: { name: "read_book", arguments: { book: "history/rome" } } };

describe("a message that is no call", () => {
  const call = (id: number, params: unknown): object => ({ jsonrpc: "2.0", id, method: "tools/call", params });
  const cases: readonly (readonly [string, string | Uint8Array | object, number | undefined, string, string])[] = [
    ["text", "garbage", -32700, "unreadable", "json"],
    ["half a message", '{"jsonrpc":"2.0","id":1', -32700, "unreadable", "json"],
    ["bytes that are not UTF-8", Buffer.from('{"jsonrpc":"2.0","id":1,"method":"\xff"}', "latin1"), -32700, "unreadable", "utf-8"],
    ["a batch", [{ ...allowed, id: 1 }], -32600, "unreadable", "batch"],
    ["a number", "42", -32600, "unreadable", "not-an-object"],
    ["null", "null", -32600, "unreadable", "not-an-object"],
    ["another version", { jsonrpc: "1.0", id: 1, method: "ping" }, -32600, "ping", "jsonrpc"],
    ["no version", { id: 1, method: "ping" }, -32600, "ping", "jsonrpc"],
    ["a null id", { jsonrpc: "2.0", id: null, method: "ping" }, -32600, "ping", "id"],
    ["a fraction as id", { jsonrpc: "2.0", id: 1.5, method: "ping" }, -32600, "ping", "id"],
    ["a number as method", { jsonrpc: "2.0", id: 1, method: 5 }, -32600, "unreadable", "method"],
    ["positional parameters", { jsonrpc: "2.0", id: 1, method: "ping", params: [] }, -32600, "ping", "params"],
    ["a member that requests do not have", { jsonrpc: "2.0", id: 1, method: "ping", extra: 1 }, -32600, "ping", "member"],
    ["an _meta that is no object", { jsonrpc: "2.0", id: 1, method: "ping", params: { _meta: 1 } }, -32600, "ping", "params"],
    ["an object that is nothing", {}, -32600, "unreadable", "jsonrpc"],
    ["a response that nobody asked for", { jsonrpc: "2.0", id: 77, result: {} }, undefined, "unreadable", "unexpected-response"],
    ["both result and error", { jsonrpc: "2.0", id: 1, result: {}, error: { code: 1, message: "" } }, -32600, "unreadable", "response"],
    ["an unknown method", { jsonrpc: "2.0", id: 1, method: "resources/list" }, -32601, "resources/list", "rpc:-32601"],
    ["an unknown notification", { jsonrpc: "2.0", method: "notifications/nonsense" }, undefined, "notifications/nonsense", "unknown-notification"],
    [
      "a cancellation of nothing",
      { jsonrpc: "2.0", method: "notifications/cancelled", params: {} },
      undefined,
      "notifications/cancelled",
      "cancelled-without-id",
    ],
    ["a call without an id", allowed, undefined, "tools/call", "call-without-id"],
    ["a call without a name", call(1, { arguments: {} }), -32602, "tools/call", "call"],
    ["a call without parameters", { jsonrpc: "2.0", id: 1, method: "tools/call" }, -32602, "tools/call", "call"],
    ["a call with a list for arguments", call(1, { name: "read_book", arguments: [1] }), -32602, "tools/call", "call"],
    ["a handshake that does not fit", { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: 5 } }, -32602, "initialize", "rpc:-32602"],
  ];
  let server: RawServer;
  beforeAll(async () => {
    server = startServer();
    await server.handshake();
  });
  afterAll(endServers);

  it.each(cases)("%s leaves one record and a typed answer, and the connection lives (E1)", async (_name, line, code, endpoint, rule) => {
    const [records, answers, opened] = [server.records().length, server.answers.length, openings(server)];
    server.send(typeof line === "object" && !(line instanceof Uint8Array) ? JSON.stringify(line) : line);
    await server.record((_call, at) => at === records);
    expect(textOf(await server.call("read_book", { book: "history/rome" }))).toBe("pages of history/rome");

    const added = server.records().slice(records);
    expect(added).toHaveLength(2);
    const [record] = added;
    expect(record).toMatchObject({ decision: "deny", code: "input.invalid", rule, endpoint, principal: "local", server: "shelf", outcome: "denied" });
    await expect.poll(() => openings(server)).toBe(opened + 1);

    const errors = server.answers.slice(answers).filter((answer) => answer.error !== undefined);
    const told = { code, data: { code: "input.invalid", receipt: { call: record?.call, index: record?.index } } };
    expect(errors.map(({ error }) => error)).toMatchObject(code === undefined ? [] : [told]);
    expect(JSON.stringify(errors)).not.toMatch(/\\n|node_modules|at \w+ \(/);
  });
});

describe("a line over the cap", () => {
  const tooLong = (id: string, padding: number): string =>
    `{"method":"tools/call","params":{"name":"read_book","arguments":{"book":"${"x".repeat(padding)}"}},"jsonrpc":"2.0","id":${id}}`;
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["whose id stands last", tooLong("41", 11 * 1024 * 1024), 41],
    ["whose id stands first", `{"jsonrpc":"2.0","id":"a-1","method":"tools/call","params":{"x":"${"y".repeat(30 * 1024 * 1024)}"}}`, "a-1"],
    ["without an id to be found", "z".repeat(11 * 1024 * 1024), null],
  ];
  let server: RawServer;
  beforeAll(async () => {
    server = startServer();
    await server.handshake();
  });
  afterAll(endServers);

  it.each(cases)("%s is answered as limit.input, and the connection lives (E1, N5)", async (_name, line, id) => {
    server.send(line);
    const answer = await server.answer((message) => message.error !== undefined && message.id === id);
    expect(answer).toMatchObject({ error: { code: -32600, data: { code: "limit.input", receipt } } });
    expect(await server.record((call) => call.call === answer.error?.data?.receipt?.call)).toMatchObject({
      rule: "message-bytes",
      bytes_in: line.length,
      endpoint: "unreadable",
    });
    expect((await server.call("list_shelves")).result?.isError).toBeUndefined();
  });

  it("that fits by one byte is read", async () => {
    const line = tooLong("5", 0);
    server.send(tooLong("5", 10 * 1024 * 1024 - line.length));
    const answer = await server.answer((message) => message.id === 5);
    expect(denialOf(answer)).toBe("input.invalid");
  });
});

describe("ordinary traffic", () => {
  afterEach(endServers);
  it("leaves no record of its own (E1)", async () => {
    const server = startServer();
    await server.handshake();
    await server.ask("ping");
    await server.ask("tools/list");
    server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } }, "", "\r");
    await server.call("list_shelves");
    expect(server.records()).toHaveLength(1);
  });

  it("is told in the record of a call: client, protocol, door and card, and never the arguments (E1, N2)", async () => {
    const server = startServer();
    await server.handshake();
    await server.call("read_book", { book: "history/rome", nested: { note: "canary-91" } });
    const [record] = server.records();
    expect(record).toMatchObject({
      tool: "read_book",
      effect: "read",
      client: "raw 0",
      protocol: "2025-11-25",
      transport: "stdio",
      endpoint: "tools/call",
      route: "command-line",
      redact: "secrets",
      outcome: "ok",
      targets: [{ kind: "book", argument: "book", raw: "history/rome", canonical: "history/rome", decision: "allow" }],
    });
    expect(JSON.stringify(record)).not.toContain("canary");
  });

  it("works on a plain first line without a handshake (S5)", async () => {
    const server = startServer();
    expect((await server.call("read_book", { book: "history/rome" })).result?.content).toEqual([{ type: "text", text: "pages of history/rome" }]);
    expect(denialOf(await server.call("read_book", { book: "secrets/rome" }))).toBe("path.outside_root");
  });

  it("lists closed schemas in the definition's order, with annotations that follow from the effect (N4, P3)", async () => {
    const server = startServer();
    await server.handshake();
    const tools = (await server.ask("tools/list")).result?.tools ?? [];
    expect(tools.map((tool) => tool.name)).toEqual(["read_book", "read_books", "list_shelves", "linger", "misbehave"]);
    for (const tool of tools) {
      expect(tool.inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(tool.annotations).toEqual({ readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false });
      expect(tool.outputSchema).toBeUndefined();
    }
  });
});

describe("the 2026 era", () => {
  afterEach(endServers);
  const modern = (server: RawServer, name: string, args: object): Promise<Message> => server.call(name, args, envelope);

  it("allows, denies and records like the 2025 era (S5)", async () => {
    const server = startServer();
    const listed = await server.ask("tools/list", { _meta: envelope });
    expect(listed.result?.tools).toHaveLength(5);
    const fine = await modern(server, "read_book", { book: "history/rome" });
    expect(fine.result).toMatchObject({ resultType: "complete", content: [{ text: "pages of history/rome" }], _meta: { "dev.postern/receipt": receipt } });
    const denied = await modern(server, "read_book", { book: "secrets/rome" });
    expect(denied.result).toMatchObject({ isError: true, _meta: { "dev.postern/denial": { code: "path.outside_root", receipt } } });
    expect(server.records()).toMatchObject([
      { decision: "allow", protocol: "2026-07-28", client: "raw-modern 9" },
      { decision: "deny", protocol: "2026-07-28", client: "raw-modern 9" },
    ]);
    await expect.poll(() => openings(server)).toBe(1);
  });

  it("answers discover and then calls (S5)", async () => {
    const server = startServer();
    expect((await server.ask("server/discover", { _meta: envelope })).result?.supportedVersions).toContain("2026-07-28");
    expect(textOf(await modern(server, "list_shelves", {}))).toBe("shelf history");
  });

  it("refuses a call without the envelope once it was spoken, before the guard, with one record (E1, S5)", async () => {
    const server = startServer();
    await modern(server, "list_shelves", {});
    const bare = await server.call("read_book", { book: "history/rome" });
    expect(bare).toMatchObject({ error: { code: -32602, data: { code: "input.invalid", receipt } } });
    expect(server.records()).toHaveLength(2);
    expect(server.stderr()).not.toContain("opened");
  });

  it("drops a cancelled call's answer and stops its work (E2)", async () => {
    const server = startServer();
    await modern(server, "list_shelves", {});
    server.send({
      jsonrpc: "2.0",
      id: "slow",
      method: "tools/call",
      params: { name: "linger", arguments: { book: "history/rome", milliseconds: 60_000 }, _meta: envelope },
    });
    await server.record((call) => call.tool === "linger");
    server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "slow", _meta: envelope } });
    expect(await server.record((call) => call.outcome === "cancelled")).toMatchObject({ tool: "linger", failure: "cancelled" });
    await modern(server, "list_shelves", {});
    expect(server.answers.some((answer) => answer.id === "slow")).toBe(false);
  });
});

describe("a hidden tool", () => {
  afterEach(endServers);

  it.each(["2025", "2026"])("answers like one that does not exist, byte for byte but for the receipt (P3, %s)", async (era) => {
    const server = startServer();
    if (era === "2025") await server.handshake();
    const meta = era === "2026" ? envelope : undefined;
    const bytes = (answer: Message, name: string): string =>
      JSON.stringify(answer)
        .replaceAll(name, "NAME")
        .replace(/"receipt":\{[^}]*\}/, "RECEIPT")
        .replace(/"id":"[^"]*"/, "ID");
    const hidden = await server.call("stamp_book", { book: "history/rome" }, meta);
    const missing = await server.call("stamp_boom", { book: "history/rome" }, meta);
    expect(hidden).toMatchObject({ error: { code: -32602, message: "Unknown tool: stamp_book", data: { code: "tool.unknown", receipt } } });
    expect(bytes(hidden, "stamp_book")).toBe(bytes(missing, "stamp_boom"));
    expect(server.records().map(({ code, rule }) => [code, rule])).toEqual([
      ["tool.unknown", "policy.no_route"],
      ["tool.unknown", "no-such-tool"],
    ]);
  });

  it("is any name that is not in the set, whatever it means to JavaScript (P3)", async () => {
    const server = startServer();
    await server.handshake();
    for (const name of ["constructor", "__proto__", "toString", "", "read_book ", "READ_BOOK", "x".repeat(5_000)]) {
      const answer = await server.call(name);
      expect(answer.error).toMatchObject({ code: -32602, message: `Unknown tool: ${name.slice(0, 128)}` });
    }
  });
});
