import { once } from "node:events";
import { createServer } from "node:https";
import { startHttpServer, tree, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { certificate, key } from "../../packages/network/test/tls-material.ts";
import { readerBin } from "../subjects.ts";
import { keyOf } from "./callers.ts";
import { Issuer, issuerKey } from "./issuer.ts";
import { writeTokenPolicy } from "./token-policy.ts";

let files: Tree;
let dns: DnsServer;
let issuer: Issuer;

const given = "127.0.0.93";
const withheld = "127.0.0.94";
const names: Readonly<Record<string, string>> = { "login.good.test": given, "elsewhere.good.test": withheld };

beforeEach(async () => {
  files = tree({ "policy/": true, "one/a.txt": "for readers\n" });
  dns = await dnsServer((name, type) => (type === "A" && Object.hasOwn(names, name) ? a(name, names[name] ?? "") : []));
  issuer = await Issuer.start(given, [await issuerKey("first", "RS256")]);
});

afterEach(async () => {
  await Promise.all([issuer?.stop(), dns?.[Symbol.asyncDispose]()]);
  files?.[Symbol.dispose]();
});

function start(more: { readonly issuer?: string } = {}): Promise<HttpServer> {
  const card = `{ id: one, server: filesystem-read, principals: [reader, ada], tools: [read_text_file], targets: { roots: [ { path: ${files.at("one")} } ] } }`;
  return startHttpServer({ bin: readerBin, policy: writeTokenPolicy({ folder: files.at("policy"), dns, issuers: [issuer], cards: [card], ...more }) });
}

function read(server: HttpServer, token: string): Promise<RawAnswer> {
  const params = { name: "read_text_file", arguments: { path: files.at("one/a.txt") } };
  return server.send({ token, body: { jsonrpc: "2.0", id: 1, method: "tools/call", params } });
}

const lastRule = (server: HttpServer): string | undefined => server.calls().at(-1)?.rule;
const asked = (path: string): number => issuer.requests.filter((request) => request === `GET ${path}`).length;
const said = (server: HttpServer): number => server.process.stderr.split("could not be fetched").length - 1;

/** Waits until something holds that is bound to come. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("keys that the issuer changed hold at once, and a flood of keys that nobody knows asks it once more, and no more (P4)", async () => {
  await using server = await start();
  const old = await issuer.token("reader");
  expect((await read(server, old)).status).toBe(200);
  expect(asked("/jwks")).toBe(1);

  issuer.rotate([await issuerKey("second", "RS256"), await issuerKey("third", "RS256")]);
  const together = await Promise.all(Array.from({ length: 20 }, async () => read(server, await issuer.token("reader"))));
  expect(together.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(asked("/jwks")).toBe(2);
  // The key that it took back is gone with the same look.
  expect([(await read(server, old)).status, lastRule(server)]).toEqual([401, "token-key"]);

  const nobody = await issuerKey("nobody", "RS256");
  const flood = await Promise.all(Array.from({ length: 200 }, async (_, at) => read(server, await issuer.sign({}, { kid: `nobody-${at}` }, nobody))));
  expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([401]));
  expect(server.calls({ limit: 200 }).map(({ rule }) => rule)).toEqual(Array.from({ length: 200 }, () => "token-key"));
  expect(asked("/jwks")).toBe(2);
  expect((await read(server, await issuer.token("reader"))).status).toBe(200);
});

test("while the issuer is away its last keys hold; who has none is told to come again, and the operator why, once (P4, S4)", async () => {
  const token = await issuer.token("reader");
  const server = await start();
  try {
    expect((await read(server, token)).status).toBe(200);
    await issuer.stop();
    expect((await read(server, token)).status).toBe(200);
    expect([(await read(server, await issuer.sign({}, { kid: "new" }))).status, lastRule(server)]).toEqual([401, "token-key"]);
    expect((await read(server, token)).status).toBe(200);
  } finally {
    await server.close();
  }

  await using another = await start();
  const answers = await Promise.all(Array.from({ length: 10 }, () => read(another, token)));
  for (const { status, headers, json } of answers) {
    expect(status).toBe(401);
    expect(headers).toMatchObject({ "retry-after": "30", "www-authenticate": expect.not.stringContaining("error=") });
    expect(json).toMatchObject({ error: { message: "Access tokens cannot be checked at the moment; try again later." } });
  }
  expect(new Set(another.calls().map(({ rule }) => rule))).toEqual(new Set(["keys-unavailable"]));
  expect(another.process.stderr).toContain(`postern: the keys of the issuer ${issuer.url} could not be fetched (its metadata: net.connect)\n`);
  expect(said(another)).toBe(1);
  // Who has a key needs no issuer.
  expect((await read(another, keyOf("ada"))).status).toBe(200);

  await issuer.startAgain();
  await until(async () => (await read(another, token)).status === 200);
  expect(said(another)).toBe(1);
});

test("an issuer that does not answer keeps nobody waiting but its own callers, who are served when it does (P4)", async () => {
  const token = await issuer.token("reader");
  const held: (() => void)[] = [];
  const provider = issuer.listener();
  issuer.instead = (request, response) => void held.push(() => provider(request, response));
  await using server = await start();
  await until(() => held.length === 1);
  let settled = 0;
  const waiting = Array.from({ length: 20 }, () => read(server, token).finally(() => (settled += 1)));
  const keys = await Promise.all(Array.from({ length: 20 }, () => read(server, keyOf("ada"))));
  expect(new Set(keys.map(({ status }) => status))).toEqual(new Set([200]));
  expect([settled, held.length]).toEqual([0, 1]);
  issuer.instead = undefined;
  for (const answer of held) answer();
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(asked("/jwks")).toBe(1);
});

test("an issuer that says its keys are where the policy does not let it send us is not followed there (P4, U2)", async () => {
  const token = await issuer.token("reader");
  issuer.instead = (_, response) => response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `https://elsewhere.good.test:${issuer.port}/` }));
  let connections = 0;
  const sink = createServer({ cert: certificate, key }, (_, response) => response.end('{"keys":[]}')).on("connection", () => (connections += 1));
  sink.listen(issuer.port, withheld);
  await once(sink, "listening");
  try {
    await using server = await start();
    expect([(await read(server, token)).status, lastRule(server)]).toEqual([401, "keys-unavailable"]);
    expect(server.process.stderr).toContain("could not be fetched (its keys: net.address (loopback))");
    expect(connections).toBe(0);
  } finally {
    sink.close();
  }
});

test("keys come straight from where the policy says that they are, and metadata is not asked for (P4)", async () => {
  const token = await issuer.token("reader");
  await using server = await start({ issuer: `, jwks: "${issuer.url}/jwks"` });
  expect((await read(server, token)).status).toBe(200);
  expect(issuer.requests).toEqual(["POST /token", "GET /jwks"]);
});
