import { readFileSync } from "node:fs";
import { startHttpServer, tree, witness, type HttpServer, type RawAnswer, type Tree, type Witness } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { httpsOrigin, type Origin } from "../../packages/network/test/origin.ts";
import { readerBin } from "../subjects.ts";
import { keyOf } from "./callers.ts";
import { Issuer, issuerKey } from "./issuer.ts";
import { type Stage, tokenAttacks } from "./token-attacks.ts";
import { writeTokenPolicy } from "./token-policy.ts";

let files: Tree;
let dns: DnsServer;
let issuer: Issuer;
let other: Issuer;
let sink: Origin;
let server: HttpServer;
let stage: Stage;
let watched: Witness;

/** All that ever was sent as a proof, and all that ever was answered. */
const sent: string[] = [];
const answered: string[] = [];

const given = "127.0.0.91";
const strange = "127.0.0.92";

beforeAll(async () => {
  files = tree({ "policy/": true, "one/a.txt": "for readers\n" });
  dns = await dnsServer((name, type) => (type === "A" ? a(name, name.startsWith("login.") ? given : strange) : []));
  issuer = await Issuer.start(given, [await issuerKey("rsa", "RS256"), await issuerKey("ec", "ES256")]);
  other = await Issuer.start(strange, [await issuerKey("rsa", "RS256")]);
  sink = await httpsOrigin((_, response) => response.end("{}"), strange);
  const card = `{ id: one, server: filesystem-read, principals: [reader, ada], tools: [read_text_file], targets: { roots: [ { path: ${files.at("one")} } ] } }`;
  const policy = writeTokenPolicy({ folder: files.at("policy"), dns, issuers: [issuer], cards: [card] });
  server = await startHttpServer({ bin: readerBin, policy });
  stage = { issuer, other, sink: `https://keys.good.test:${sink.port}` };
  watched = witness(files.at("one"));
});

afterAll(async () => {
  await server?.close();
  await Promise.all([issuer?.stop(), other?.stop(), sink?.[Symbol.asyncDispose](), dns?.[Symbol.asyncDispose]()]);
  files?.[Symbol.dispose]();
});

const read = () => ({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "read_text_file", arguments: { path: files.at("one/a.txt") } } });

async function ask(headers: readonly (readonly [string, string])[], more: { readonly path?: string; readonly body?: unknown } = {}): Promise<RawAnswer> {
  const answer = await server.send({ headers, body: read(), ...more });
  answered.push(answer.text, JSON.stringify(answer.headers));
  return answer;
}

function withToken(token: string): Promise<RawAnswer> {
  sent.push(token);
  return ask([["Authorization", `Bearer ${token}`]]);
}

const message = ({ json }: RawAnswer): unknown => (json as { readonly error?: { readonly message?: unknown } }).error?.message;

test.each(["2025", "2026"] as const)("a token of a real authorization server reads what its principal's card gives, in the era %s (P4)", async (era) => {
  const token = await issuer.token("reader", "files:read");
  sent.push(token);
  const reader = await server.connect({ token, era });
  expect(await reader.list()).toEqual(["read_text_file"]);
  const answer = await reader.call("read_text_file", { path: files.at("one/a.txt") });
  expect(answer.text).toBe("for readers\n");
  const record = server.calls().find(({ call }) => call === answer.receipt?.call);
  expect(record).toMatchObject({ principal: "reader", tenant: "acme", decision: "allow", route: "one" });
  await reader.close();
  expect(watched.seen().reads).toContain("a.txt");
});

describe.each([
  ["RS256 with the name of its key", () => issuer.sign()],
  ["ES256", () => issuer.sign({}, {}, issuer.key("ES256"))],
  ["the full name of the type", () => issuer.sign({}, { typ: "application/at+jwt" })],
  ["several audiences, ours among them", () => issuer.sign({ aud: ["https://a.example", "https://mcp.good.test/mcp"] })],
  ["no name of a key, where one of its algorithm is there", () => issuer.sign({}, { kid: undefined })],
  ["a clock that is half a minute off", () => issuer.sign({ nbf: Math.floor(Date.now() / 1000) + 20, exp: Math.floor(Date.now() / 1000) - 15 })],
] as const)("a token that is signed by hand as the issuer would", (name, token) => {
  test(`holds with ${name} (P4)`, async () => {
    const answer = await withToken(await token());
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining("for readers")]);
    watched.seen();
  });
});

describe("opens nothing:", () => {
  test.each(tokenAttacks)("$name (P4, E1)", async ({ status, rule, token }) => {
    const before = server.calls().length;
    const answer = await withToken(await token(stage));
    expect(answer.status).toBe(status);
    const records = server.calls().slice(before);
    const code = status === 401 ? "principal.unauthenticated" : "principal.unknown";
    expect(records).toMatchObject([{ decision: "deny", code, rule, transport: "http" }]);
    expect(records[0]?.principal).toMatch(/^\(/);
    expect(answer.json).toMatchObject({ jsonrpc: "2.0", error: { data: { code, receipt: { call: records[0]?.call } } } });
    if (status === 401) {
      expect(answer.headers["www-authenticate"]).toBe(
        'Bearer error="invalid_token", resource_metadata="https://mcp.good.test/.well-known/oauth-protected-resource/mcp"',
      );
      // Why it does not hold is the operator's to know, or the answer would help to make one that does.
      const known = { "token-expired": "The access token has expired; get another one.", key: "The key is not known here.", scheme: expect.any(String) };
      expect(message(answer)).toEqual(known[rule as "key"] ?? "The access token is not one for this server.");
    }
    expect(watched.seen()).toEqual({ reads: [], changes: [] });
  });
});

describe("a valid token counts in one place only:", () => {
  const places: readonly (readonly [string, number, string, (token: string) => Promise<RawAnswer>])[] = [
    ["not in the query", 400, "query", (token) => ask([], { path: `/mcp?access_token=${token}` })],
    ["not in the query beside a good header", 400, "query", (token) => ask([["Authorization", `Bearer ${token}`]], { path: `/mcp?access_token=${token}` })],
    ["not in a form", 401, "no-proof", (token) => ask([["Content-Type", "application/x-www-form-urlencoded"]], { body: `access_token=${token}` })],
    ["not in the message", 401, "no-proof", (token) => ask([], { body: { ...read(), access_token: token } })],
    ["not in a cookie", 401, "no-proof", (token) => ask([["Cookie", `access_token=${token}; Authorization=Bearer ${token}`]])],
    ["not in a header of another name", 401, "no-proof", (token) => ask([["X-Authorization", `Bearer ${token}`]])],
    ["not for a proxy", 401, "no-proof", (token) => ask([["Proxy-Authorization", `Bearer ${token}`]])],
    ["not in two headers", 400, "header-twice", (token) => ask([1, 2].map(() => ["Authorization", `Bearer ${token}`] as const))],
    ["not under another scheme", 401, "scheme", (token) => ask([["Authorization", `DPoP ${token}`]])],
    ["not as a password", 401, "scheme", (token) => ask([["Authorization", `Basic ${btoa(`reader:${token}`)}`]])],
    ["not without a scheme", 401, "scheme", (token) => ask([["Authorization", token]])],
  ];
  test.each(places)("%s (P4, E1)", async (_name, status, rule, send) => {
    const token = await issuer.token("reader", "files:read");
    sent.push(token);
    const before = server.calls().length;
    const answer = await send(token);
    expect(answer.status).toBe(status);
    expect(server.calls().slice(before)).toMatchObject([{ decision: "deny", rule, principal: "(unauthenticated)" }]);
    expect(watched.seen()).toEqual({ reads: [], changes: [] });
  });
});

test("nothing of any token is in an answer, in the evidence or on stderr, and nobody was asked for the keys that tokens bring (P4)", async () => {
  const answer = await ask([["Authorization", `Bearer ${keyOf("ada")}`]]);
  expect(answer.status).toBe(200);
  const kept = ["", "-wal"].map((end) => readFileSync(`${server.evidence}${end}`).toString("latin1")).join("");
  // The records are in there, so that what is not found is not there.
  expect(kept).toContain("token-signature");
  const secrets = sent.flatMap((token) => [token, ...token.split(".").slice(1)]).filter((part) => part.length > 20);
  expect(secrets.length).toBeGreaterThan(100);
  for (const text of [kept, answered.join("\n"), server.process.stderr]) expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  expect(sink.connections).toBe(0);
  expect(server.process.stderr).not.toContain("could not be fetched");
});

test("who proves nothing is told where tokens come from, and the document says no more than that (P4)", async () => {
  const answer = await ask([]);
  expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
    401,
    'Bearer resource_metadata="https://mcp.good.test/.well-known/oauth-protected-resource/mcp"',
  ]);
  const document = await server.send({ method: "GET", path: "/.well-known/oauth-protected-resource/mcp" });
  expect(document.json).toEqual({ resource: "https://mcp.good.test/mcp", authorization_servers: [issuer.url], bearer_methods_supported: ["header"] });
});
