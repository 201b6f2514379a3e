import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { openConnection } from "./raw-connection.ts";

let files: Tree;
let server: HttpServer;
const token = keyOf("ada");
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } };

beforeAll(async () => {
  files = tree({ "notes/a.txt": "text\n" });
  const http =
    "http: { resource: https://mcp.acme.example/mcp, allowedHosts: [mcp.acme.example, 'other.example:444'], allowedOrigins: [https://app.acme.example] }";
  const card = `{ id: notes, server: filesystem-read, principals: [ada], tools: "*", targets: { roots: [ { path: ${files.at("notes")} } ] } }`;
  server = await startHttpServer({ bin: readerBin, policy: writePolicy(files.root, [{ id: "ada" }], [card], http) });
});
afterAll(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

async function asked(request: Parameters<HttpServer["send"]>[0]) {
  const before = server.calls().length;
  const answer = await server.send(request);
  return { ...answer, records: server.calls().slice(before) };
}

describe("a Host that is not ours (DNS rebinding)", () => {
  test.each([
    "evil.example",
    "mcp.acme.example.evil.example",
    "evil-mcp.acme.example",
    "other.example",
    "other.example:445",
    "127.0.0.1",
    "localhost:1",
    "169.254.169.254",
    "",
    "mcp.acme.example@evil.example",
    "[::1]",
  ])("%s is refused before anything is looked at (S5, E1)", async (host) => {
    const { status, records } = await asked({ token, body: call, headers: [["Host", host]] });
    expect([status, records.map(({ code, rule, principal }) => [code, rule, principal])]).toEqual([403, [["input.invalid", "host", "(unauthenticated)"]]]);
  });

  test.each(["mcp.acme.example", "MCP.acme.example:8443", "other.example:444"])("%s is ours", async (host) => {
    expect((await asked({ token, body: call, headers: [["Host", host]] })).status).toBe(200);
  });

  test.each(["localhost", "127.0.0.1", "[::1]"])("on a loopback address %s with our port is ours", async (name) => {
    expect((await asked({ token, body: call, headers: [["Host", `${name}:${server.port}`]] })).status).toBe(200);
  });
});

describe("a page's Origin", () => {
  test.each([
    "https://evil.example",
    "null",
    "http://app.acme.example",
    "https://app.acme.example:444",
    "https://app.acme.example.evil.example",
    "file://",
    "http://127.0.0.1",
  ])("%s is refused, and gets no leave to read (S5, E1)", async (origin) => {
    const { status, records, headers } = await asked({ token, body: call, headers: [["Origin", origin]] });
    expect([status, records.map(({ code, rule }) => [code, rule])]).toEqual([403, [["input.invalid", "origin"]]]);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("one that the policy names may send, and may read what comes", async () => {
    const { status, headers } = await asked({ token, body: call, headers: [["Origin", "https://app.acme.example"]] });
    expect([status, headers["access-control-allow-origin"]]).toEqual([200, "https://app.acme.example"]);
    const preflight = await asked({ method: "OPTIONS", headers: [["Origin", "https://app.acme.example"]] });
    expect([preflight.status, preflight.headers["access-control-allow-methods"]]).toEqual([204, "POST, DELETE"]);
    expect(preflight.records).toEqual([]);
  });
});

describe("a head with two readings", () => {
  test.each([
    ["Authorization", token.replace("postern", "Bearer postern")],
    ["Host", "mcp.acme.example"],
    ["Origin", "https://app.acme.example"],
    ["Mcp-Session-Id", "b"],
    ["Mcp-Protocol-Version", "2025-11-25"],
    ["Content-Type", "application/json"],
  ])("two of %s are refused (S5, E1)", async (name, value) => {
    const { status, records } = await asked({
      body: call,
      headers: [
        [name, value],
        [name, value],
      ],
      ...(name !== "Authorization" && { token }),
    });
    expect([status, records.map(({ code, rule }) => [code, rule])]).toEqual([400, [["input.invalid", "header-twice"]]]);
  });

  test.each(["/mcp?access_token=", "/mcp?key=", "/mcp?"])("a token in the query %s is none, and stands in no record (P4)", async (path) => {
    const { status, records, text } = await asked({ path: `${path}${token}`, body: call });
    expect([status, records.map(({ code, rule }) => [code, rule])]).toEqual([400, [["input.invalid", "query"]]]);
    expect(text + JSON.stringify(records) + server.process.stderr).not.toContain(token);
    for (const file of [server.evidence, `${server.evidence}-wal`]) expect(readFileSync(file).includes(token)).toBe(false);
  });

  test.each(["http://127.0.0.1/mcp", "*"])("the target %s is no path of ours", async (path) => {
    const { status, records } = await asked({ token, path, body: call });
    expect([status, records.map(({ rule }) => rule)]).toEqual([400, ["target"]]);
  });
});

/** Half a megabyte that a parser and a schema would each go through. */
const crowd = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, {}]));

describe("a body that is no message", () => {
  test.each([
    ["no JSON", 400, "{", "json"],
    ["an array of messages", 400, [call, { ...call, id: 2 }], "batch"],
    ["an array of one", 400, [call], "batch"],
    ["nothing", 400, "", "json"],
    ["nesting", 400, `${"[".repeat(200_000)}${"]".repeat(200_000)}`, "depth"],
    [
      "deep arguments",
      400,
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_text_file","arguments":{"path":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}}}`,
      "depth",
    ],
    [
      "members without end, in a handshake",
      400,
      {
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: { protocolVersion: "2025-11-25", clientInfo: { name: "a", version: "1" }, capabilities: { experimental: crowd } },
      },
      "members",
    ],
    ["a response to nothing", 400, { jsonrpc: "2.0", id: 1, result: {} }, "unexpected-response"],
    ["a call without an id", 400, { jsonrpc: "2.0", method: "tools/call", params: { name: "list_allowed_directories" } }, "call-without-id"],
    ["a call of nothing", 200, { ...call, params: {} }, "call"],
    ["arguments that are a list", 200, { ...call, params: { name: "list_allowed_directories", arguments: [1] } }, "call"],
  ])("%s leaves one record and gets one answer (E1, N5)", async (_name, wanted, body, rule) => {
    const { status, records, json } = await asked({ token, body });
    expect([status, records.map((record) => record.rule)]).toEqual([wanted, [rule]]);
    expect(records[0]?.principal).toBe("ada");
    expect(json).toMatchObject({ error: { data: { receipt: { call: records[0]?.call } } } });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x", ""])(
    "the type %s is refused: a page can send it unasked (S5)",
    async (type) => {
      const { status, records } = await asked({ token, body: JSON.stringify(call), headers: [["Content-Type", type]] });
      expect([status, records.map(({ rule }) => rule)]).toEqual([415, ["content-type"]]);
    },
  );

  test("a coding is refused, so nothing can unfold here (S5)", async () => {
    const { status, records } = await asked({
      token,
      body: "x".repeat(100),
      headers: [
        ["Content-Encoding", "gzip"],
        ["Content-Type", "application/json"],
      ],
    });
    expect([status, records.map(({ rule }) => rule)]).toEqual([415, ["content-encoding"]]);
  });

  const large = (more: string): string =>
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;

  test.each([
    ["by its length, before it comes", `Content-Length: ${11 * 1024 * 1024}`, 0],
    ["while it comes", "Transfer-Encoding: chunked", 11],
  ])("more than the limit is refused %s, and its sender hears why (S5)", async (_name, header, parts) => {
    const before = server.calls().length;
    const connection = await openConnection(server.port);
    connection.write(large(header));
    for (let part = 0; part < parts; part += 1) connection.write(`100000\r\n${" ".repeat(1024 * 1024)}\r\n`);
    // behind it another one, so that the connection has an end
    if (parts > 0) connection.write("0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 413 .*"code":"limit\.input"/s);
    const records = server.calls().slice(before);
    expect(records.map(({ code }) => code)).toEqual(["limit.input"]);
  });
});
