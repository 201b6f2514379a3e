import { startHttpServer, tree, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { readerBin } from "../subjects.ts";
import { writePolicy } from "./callers.ts";
import { type Claims, Issuer, issuerKey, resource } from "./issuer.ts";
import { writeTokenPolicy } from "./token-policy.ts";

let files: Tree;
let dns: DnsServer;
let issuer: Issuer;
let server: HttpServer;

const given = "127.0.0.98";

beforeAll(async () => {
  files = tree({ "policy/": true, "one/a.txt": "one\n" });
  dns = await dnsServer((name, type) => (type === "A" ? a(name, given) : []));
  issuer = await Issuer.start(given, [await issuerKey("rsa", "RS256")]);
  server = await startHttpServer({ bin: readerBin, policy: write() });
});

afterAll(async () => {
  await server?.close();
  await Promise.all([issuer?.stop(), dns?.[Symbol.asyncDispose]()]);
  files?.[Symbol.dispose]();
});

function write({ tokenType = "jwt", more = "", ...rest }: { readonly tokenType?: string; readonly more?: string; readonly resource?: string } = {}): string {
  const jwt = (id: string, proof: string): string => `{ id: ${id}, tenant: acme, jwt: { issuer: "${issuer.url}", ${proof} } }`;
  const ids = ["reader", "research", "night", "night-two"];
  return writeTokenPolicy({
    folder: files.at("policy"),
    dns,
    issuers: [issuer],
    issuer: `, tokenType: ${tokenType}${more}`,
    principals: [
      jwt("research", "claims: { department: research }"),
      jwt("night", "subject: both, claims: { shift: night }"),
      jwt("night-two", 'claims: { shift: night, floor: "2" }'),
    ],
    cards: [
      `{ id: one, server: filesystem-read, principals: [${ids.join(", ")}], tools: [read_text_file], targets: { roots: [ { path: ${files.at("one")} } ] } }`,
    ],
    ...rest,
  });
}

async function read(claims: Claims, header: Claims = { typ: "JWT" }): Promise<RawAnswer> {
  const params = { name: "read_text_file", arguments: { path: files.at("one/a.txt") } };
  return server.send({ token: await issuer.sign(claims, header), body: { jsonrpc: "2.0", id: 1, method: "tools/call", params } });
}

const last = () => server.calls().at(-1);

describe("a token is exactly one principal, or nobody:", () => {
  const cases: readonly (readonly [string, Claims, string | undefined])[] = [
    ["its subject", {}, "reader"],
    ["its claims", { sub: "anybody", department: "research" }, "research"],
    ["its claims, without a subject", { sub: undefined, department: "research" }, "research"],
    ["subject and claims", { sub: "both", shift: "night" }, "night"],
    ["all claims", { sub: "x", shift: "night", floor: "2" }, "night-two"],
    ["two principals at once", { sub: "both", shift: "night", floor: "2" }, undefined],
    ["a subject and claims of two principals", { department: "research" }, undefined],
    ["half of the claims", { sub: "x", shift: "night" }, undefined],
    ["the subject without the claim", { sub: "both" }, undefined],
    ["a claim of another kind", { sub: "x", department: ["research"] }, undefined],
    ["a claim that is true of everything", { sub: "x", department: true }, undefined],
    ["a number for a text", { sub: "x", shift: "night", floor: 2 }, undefined],
    ["the id of a principal", { sub: "research" }, undefined],
  ];
  test.each(cases)("%s (P1, P4)", async (_name, claims, principal) => {
    const answer = await read(claims);
    expect(answer.status).toBe(principal === undefined ? 403 : 200);
    if (principal === undefined) {
      expect(last()).toMatchObject({ decision: "deny", code: "principal.unknown", rule: "no-principal" });
      expect(last()?.principal).toMatch(/^\(.* of https:\/\/login\.good\.test:\d+\)$/);
      expect(answer.json).toMatchObject({ error: { message: "The policy does not name this caller." } });
    } else expect(last()).toMatchObject({ decision: "allow", principal, tenant: "acme" });
  });
});

describe("where an issuer's access tokens say JWT or nothing,", () => {
  const access: readonly (readonly [string, Claims, Claims])[] = [
    ["one of type JWT with a scope", {}, { typ: "JWT" }],
    ["one of no type", {}, { typ: undefined }],
    ["one of type at+jwt", { scope: undefined, client_id: undefined, nonce: "n" }, { typ: "at+jwt" }],
    ["one with scp", { scope: undefined, client_id: undefined, scp: ["a"] }, { typ: "jwt" }],
    ["one of Keycloak", { scope: undefined, client_id: undefined, typ: "Bearer", azp: "reader" }, { typ: "JWT" }],
    ["one of Cognito", { scope: undefined, client_id: undefined, token_use: "access" }, { typ: undefined }],
  ];
  test.each(access)("%s holds (P4)", async (_name, claims, header) => {
    expect((await read(claims, header)).status).toBe(200);
  });

  const others: readonly (readonly [string, Claims, Claims])[] = [
    ["an ID token for our resource", { scope: undefined, client_id: undefined }, { typ: "JWT" }],
    ["an ID token of a login", { nonce: "n" }, { typ: "JWT" }],
    ["an ID token beside an access token", { at_hash: "h" }, { typ: "JWT" }],
    ["an ID token beside a code", { c_hash: "h" }, { typ: undefined }],
    ["an ID token of Keycloak", { typ: "ID" }, { typ: "JWT" }],
    ["a refresh token of Keycloak", { typ: "Refresh" }, { typ: "JWT" }],
    ["an ID token of Cognito", { token_use: "id" }, { typ: undefined }],
    ["a logout token", { events: {} }, { typ: "JWT" }],
    ["a token of a type of its own", {}, { typ: "logout+jwt" }],
    ["a security event", {}, { typ: "secevent+jwt" }],
    ["a proof of possession", {}, { typ: "dpop+jwt" }],
    ["a type that is no text", {}, { typ: ["at+jwt"] }],
    ["an ID token whose audience is a list with ours", { aud: ["reader", resource], azp: "reader", scope: undefined, client_id: undefined }, { typ: "JWT" }],
  ];
  test.each(others)("%s opens nothing (P4)", async (_name, claims, header) => {
    const answer = await read(claims, header);
    expect(answer.status).toBe(401);
    expect(last()).toMatchObject({ decision: "deny", code: "principal.unauthenticated", rule: "token-type" });
  });
});

test("a reload that names another resource, or no issuer any more, ends what tokens open; one that cannot be used ends nothing (P2, P4)", async () => {
  const file = write();
  await using own = await startHttpServer({ bin: readerBin, policy: file });
  const token = await issuer.sign();
  const ask = async (): Promise<number> => (await own.send({ token, body: { jsonrpc: "2.0", id: 1, method: "ping" } })).status;
  const reload = async (): Promise<string> => {
    const before = own.process.stderr.length;
    own.process.kill("SIGHUP");
    while (!/the policy was .*\n/.test(own.process.stderr.slice(before))) await new Promise((resolve) => setTimeout(resolve, 5));
    return own.process.stderr.slice(before);
  };
  expect(await ask()).toBe(200);
  const looks = issuer.requests.length;

  write({ tokenType: "at+jwt" });
  expect(await reload()).toContain("the policy was reloaded");
  expect(await ask()).toBe(200);
  // Where its keys are has not changed, and they are known.
  expect(issuer.requests.length).toBe(looks);

  write({ more: ', jwks: "https://[::1%251]/"' });
  expect(await reload()).toContain("the policy was not reloaded");
  expect(await ask()).toBe(200);

  write({ resource: "https://other.good.test/mcp" });
  expect(await reload()).toContain("the policy was reloaded");
  expect([await ask(), own.calls().at(-1)?.rule]).toEqual([401, "token-audience"]);

  writePolicy(files.at("policy"), [{ id: "ada" }], []);
  expect(await reload()).toContain("the policy was reloaded");
  expect([await ask(), own.calls().at(-1)?.rule]).toEqual([401, "key"]);
});
