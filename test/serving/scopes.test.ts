import { startHttpServer, tree, witness, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { fetchBin, readerBin, writerBin } from "../subjects.ts";
import { keyOf } from "./callers.ts";
import { Issuer, issuerKey } from "./issuer.ts";
import { writeTokenPolicy } from "./token-policy.ts";

let files: Tree;
let dns: DnsServer;
let issuer: Issuer;
let policy: string;
let server: HttpServer;

const given = "127.0.0.97";
const callers = "principals: [reader, ada]";

beforeAll(async () => {
  files = tree({ "policy/": true, "one/a.txt": "one\n", "two/b.txt": "two\n", "open/c.txt": "open\n", "own/": true });
  dns = await dnsServer((name, type) => (type === "A" ? a(name, given) : []));
  issuer = await Issuer.start(given, [await issuerKey("rsa", "RS256")]);
  const roots = (name: string): string => `targets: { roots: [ { path: ${files.at(name)} } ] }`;
  policy = writeTokenPolicy({
    folder: files.at("policy"),
    dns,
    issuers: [issuer],
    http: `  scopes: { "files:write": [ "files:read" ], "files:read": [ meta ], meta: [ "files:write" ], root: [ "files:write", admin ] }\n`,
    cards: [
      `{ id: one, server: filesystem-read, ${callers}, tools: [read_text_file, list_directory], ${roots("one")}, scope: "files:read", budget: { owner: one, calls: 12/hour } }`,
      `{ id: two, server: filesystem-read, ${callers}, tools: [read_text_file], ${roots("two")}, scope: [ "files:read", admin ] }`,
      `{ id: open, server: filesystem-read, ${callers}, tools: [read_text_file], ${roots("open")} }`,
      `{ id: write, server: filesystem-write, ${callers}, tools: [write_file], ${roots("own")}, scope: admin }`,
      `{ id: web, server: fetch-read, ${callers}, tools: "*", targets: { hosts: [web.good.test], internal: { networks: [${given}/32], ports: [${issuer.port}] } }, scope: web }`,
    ],
  });
  server = await startHttpServer({ bin: readerBin, policy });
});

afterAll(async () => {
  await server?.close();
  await Promise.all([issuer?.stop(), dns?.[Symbol.asyncDispose]()]);
  files?.[Symbol.dispose]();
});

type Era = "2025" | "2026";
const eras: readonly Era[] = ["2025", "2026"];

/** One request of its era, by hand: a client library would keep the status to itself. */
function ask(to: HttpServer, era: Era, token: string, method: string, params: { readonly name: string; readonly arguments: object }): Promise<RawAnswer> {
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "by hand", version: "0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const headers = [
    ["MCP-Protocol-Version", "2026-07-28"],
    ["Mcp-Method", method],
    ["Mcp-Name", params.name],
  ] as const;
  const body = { jsonrpc: "2.0", id: 1, method, params: era === "2026" ? { ...params, _meta: envelope } : params };
  return to.send({ token, body, ...(era === "2026" && { headers }) });
}

const read = (era: Era, token: string, path: string): Promise<RawAnswer> =>
  ask(server, era, token, "tools/call", { name: "read_text_file", arguments: { path: files.at(path) } });

const challenge = (scope: string): string =>
  `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="https://mcp.good.test/.well-known/oauth-protected-resource/mcp"`;

describe.each(eras)("in the era %s", (era) => {
  const denied: readonly (readonly [string, readonly string[] | undefined, string, string, string])[] = [
    ["a token without scopes", undefined, "one/a.txt", "scope:files:read", "files:read"],
    ["a token with another scope", ["admin"], "one/a.txt", "scope:files:read", "files:read"],
    ["a scope that only begins alike", ["files:reader", "files"], "one/a.txt", "scope:files:read", "files:read"],
    ["a scope in capitals", ["FILES:READ"], "one/a.txt", "scope:files:read", "files:read"],
    ["a name that every object has", ["constructor", "__proto__", "toString"], "one/a.txt", "scope:files:read", "files:read"],
    ["one of two scopes", ["files:read"], "two/b.txt", "scope:admin", "files:read admin"],
    ["what is implied by neither", ["meta"], "two/b.txt", "scope:admin", "files:read admin"],
  ];
  test.each(denied)("%s opens nothing, and what would is told (P4, E3)", async (_name, scopes, path, rule, needed) => {
    const watched = witness(files.root);
    const token = await issuer.sign({ scope: scopes?.join(" ") });
    watched.seen();
    const before = server.calls().length;
    const answer = await read(era, token, path);
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([403, challenge(needed)]);
    const denial = { code: "principal.scope", rule, scope: needed, message: `The access token lacks a scope; this call needs ${needed}.` };
    expect(answer.json).toMatchObject({ result: { isError: true, _meta: { "dev.postern/denial": denial } } });
    const route = path.slice(0, 3);
    expect(server.calls().slice(before)).toMatchObject([
      { principal: "reader", decision: "deny", code: "principal.scope", rule, route, targets: [{ decision: "deny" }] },
    ]);
    expect(watched.seen().reads).not.toContain(path);
  });

  const allowed: readonly (readonly [string, () => Promise<string>, string])[] = [
    ["the scope itself, as the authorization server gives it", () => issuer.token("reader", "files:read"), "one/a.txt"],
    ["the scope among others", () => issuer.sign({ scope: "x files:read y" }), "one/a.txt"],
    ["the scope in a list of another name", () => issuer.sign({ scope: undefined, scp: ["x", "files:read"] }), "one/a.txt"],
    ["a scope that implies it", () => issuer.sign({ scope: "files:write" }), "one/a.txt"],
    ["a scope that implies it over a circle", () => issuer.sign({ scope: "meta" }), "one/a.txt"],
    ["both of two scopes", () => issuer.token("reader", "files:read admin"), "two/b.txt"],
    ["one scope that implies both", () => issuer.sign({ scope: "root" }), "two/b.txt"],
    ["no scope, where the card asks for none", () => issuer.sign({ scope: undefined }), "open/c.txt"],
    ["a key, which knows no scopes", () => Promise.resolve(keyOf("ada")), "two/b.txt"],
  ];
  test.each(allowed)("%s is enough (P4)", async (_name, token, path) => {
    const answer = await read(era, await token(), path);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ result: { content: [{ text: `${path.slice(0, path.indexOf("/"))}\n` }] } });
  });

  test("tools are shown whatever the scopes are, so that a client knows what to ask for (P3)", async () => {
    const lists = await Promise.all(
      [await issuer.sign({ scope: undefined }), await issuer.token("reader", "files:read admin")].map(async (token) => {
        const client = await server.connect({ token, era });
        const list = await client.list();
        await client.close();
        return list;
      }),
    );
    expect(lists).toEqual([
      ["read_text_file", "list_directory"],
      ["read_text_file", "list_directory"],
    ]);
  });
});

test("in a session each request has the scopes of its own token, and not of the one that began it (P2, P4)", async () => {
  const begun = await server.send({
    token: await issuer.token("reader", "files:read admin"),
    body: { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "0" } } },
  });
  const session = String(begun.headers["mcp-session-id"]);
  const within = async (token: string): Promise<RawAnswer> =>
    server.send({
      token,
      headers: [["Mcp-Session-Id", session]],
      body: { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "read_text_file", arguments: { path: files.at("two/b.txt") } } },
    });
  expect((await within(await issuer.token("reader", "files:read admin"))).status).toBe(200);
  const denied = await within(await issuer.token("reader", "files:read"));
  expect([denied.status, denied.headers["www-authenticate"]]).toEqual([403, challenge("files:read admin")]);
  // Of another principal's session there is nothing.
  expect((await within(await issuer.token("writer", "files:read admin"))).status).toBe(404);
  expect(server.calls().at(-1)).toMatchObject({ principal: "writer", decision: "deny", rule: "session-of-another" });
});

test("what a scope refuses takes nothing from the budget (E6, B2)", async () => {
  const taken = (): number => server.calls().filter(({ route, decision, code }) => route === "one" && decision === "allow" && code === null).length;
  const bad = await issuer.sign({ scope: "admin" });
  for (let at = 0; at < 15; at += 1) expect((await read("2025", bad, "one/a.txt")).status).toBe(403);
  const good = await issuer.sign();
  while (taken() < 12) expect((await read("2025", good, "one/a.txt")).json).toMatchObject({ result: { content: [{ text: "one\n" }] } });
  expect((await read("2025", good, "one/a.txt")).json).toMatchObject({ result: { _meta: { "dev.postern/denial": { code: "budget.exhausted" } } } });
});

test("a write without its scope writes nothing, and with it it does (P4, S3)", async () => {
  await using writer = await startHttpServer({ bin: writerBin, policy });
  const write = (token: string): Promise<RawAnswer> =>
    ask(writer, "2025", token, "tools/call", { name: "write_file", arguments: { path: files.at("own/new.txt"), content: "x" } });
  const watched = witness(files.at("own"));
  const denied = await write(await issuer.token("reader", "files:read"));
  expect([denied.status, denied.headers["www-authenticate"]]).toEqual([403, challenge("admin")]);
  expect(watched.seen().changes).toEqual([]);
  expect((await write(await issuer.token("reader", "admin"))).status).toBe(200);
  expect(watched.seen().changes).toContain("new.txt");
});

test.each(eras)("a prompt that reaches a target is held to the same scope, in the era %s (P4, S5)", async (era) => {
  await using fetcher = await startHttpServer({ bin: fetchBin, policy });
  // The keys are there, so that what is asked next would be the call's doing.
  await fetcher.send({ token: await issuer.sign({ scope: "web" }), body: { jsonrpc: "2.0", id: 1, method: "ping" } });
  const before = issuer.requests.length;
  const questions = dns.asked.length;
  const token = await issuer.sign();
  const answer = await ask(fetcher, era, token, "prompts/get", { name: "fetch", arguments: { url: `https://web.good.test:${issuer.port}/` } });
  expect([answer.status, answer.headers["www-authenticate"]]).toEqual([403, challenge("web")]);
  expect(fetcher.calls().at(-1)).toMatchObject({ endpoint: "prompts/get", decision: "deny", code: "principal.scope", rule: "scope:web" });
  expect(issuer.requests.length).toBe(before);
  // A name that a resolver is asked for is a message to whoever answers for it.
  expect(dns.asked.slice(questions)).toEqual([]);
});
