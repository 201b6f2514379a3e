import type { RequestListener } from "node:http";
import type { PolicyIssuer, PolicyNetwork } from "@postern/policy";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../network/test/dns-server.ts";
import { authority, httpsOrigin, type Origin } from "../../network/test/origin.ts";
import { fetchKeys, metadataUrls } from "../src/http/tokens/fetch-keys.ts";

const given = "127.0.0.95";
const withheld = "127.0.0.96";
const names: Readonly<Record<string, string>> = { "login.good.test": given, "elsewhere.good.test": withheld, "metadata.good.test": "169.254.169.254" };
const keys = {
  keys: [{ kty: "EC", crv: "P-256", x: "zd3muAzkwTWpL3Q5VZSWTORFdfBN_BhO8MS_ykZ7oUI", y: "BHXDNe_D5Z3iWN1lE2vN-iSgM5uNS1F4nWHb1tdeOKM", kid: "k" }],
};

let dns: DnsServer;
let login: Origin;
let sink: Origin;
let answers: RequestListener = () => undefined;
let url: string;
let seen: number;

beforeAll(async () => {
  dns = await dnsServer((name, type) => (type === "A" && Object.hasOwn(names, name) ? a(name, names[name] ?? "") : []));
  login = await httpsOrigin((request, response) => answers(request, response), given);
  sink = await httpsOrigin((_, response) => response.end(JSON.stringify(keys)), withheld);
  url = `https://login.good.test:${login.port}`;
});
afterAll(() => Promise.all([login, sink, dns].map((each) => each?.[Symbol.asyncDispose]())));
beforeEach(() => {
  seen = login.requests.length;
});

const network = (): PolicyNetwork => ({ resolvers: [dns.at], ca: [authority], serviceNetworks: [], nat64Prefixes: [], aliases: false });
const issuer = (more: Partial<PolicyIssuer> = {}): PolicyIssuer => ({
  issuer: url,
  algorithms: ["ES256"],
  tokenType: "at+jwt",
  internal: { networks: [`${given}/32`], ports: [login.port, sink.port] },
  ...more,
});
const paths = (): readonly string[] => login.requests.slice(seen).map(({ path }) => path);

const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** Keys at one path, and at each of the others what is said of it; by default nothing. */
const at =
  (table: Readonly<Record<string, RequestListener>>): RequestListener =>
  (request, response) =>
    (table[request.url ?? ""] ?? json({}, 404))(request, response);

const keysAt = (there: string): RequestListener =>
  at({ "/.well-known/oauth-authorization-server": json({ issuer: url, jwks_uri: there }), "/jwks": json(keys) });

describe("keys are fetched", () => {
  test("from where the metadata of RFC 8414 says", async () => {
    answers = keysAt(`${url}/jwks`);
    expect(await fetchKeys(issuer(), network())).toEqual({ outcome: "keys", keys: keys.keys });
    expect(paths()).toEqual(["/.well-known/oauth-authorization-server", "/jwks"]);
    expect(login.requests.at(-1)?.headers).not.toHaveProperty("authorization");
  });

  test("from where OpenID Connect's says, where there is no other, or what is there is something else's", async () => {
    for (const first of [json({}, 404), json({ issuer: "https://other.example", jwks_uri: `${url}/other` }), json([])]) {
      answers = at({
        "/.well-known/oauth-authorization-server": first,
        "/.well-known/openid-configuration": json({ issuer: url, jwks_uri: `${url}/jwks` }),
        "/jwks": json(keys),
      });
      expect(await fetchKeys(issuer(), network())).toEqual({ outcome: "keys", keys: keys.keys });
    }
    expect(paths()).not.toContain("/other");
  });

  test("from where the policy says, and from nowhere else", async () => {
    answers = json(keys);
    expect(await fetchKeys(issuer({ jwks: `${url}/certs` }), network())).toEqual({ outcome: "keys", keys: keys.keys });
    expect(paths()).toEqual(["/certs"]);
  });

  test("of a path of the issuer, in both places where its metadata can be", () => {
    expect(metadataUrls("https://a.example/realms/x")).toEqual([
      "https://a.example/.well-known/oauth-authorization-server/realms/x",
      "https://a.example/realms/x/.well-known/openid-configuration",
    ]);
    expect(metadataUrls("https://a.example/")).toEqual([
      "https://a.example/.well-known/oauth-authorization-server",
      "https://a.example/.well-known/openid-configuration",
    ]);
  });
});

describe("nobody but the issuer, where the policy says that it is, gives its keys:", () => {
  const cases: readonly (readonly [string, string, () => RequestListener])[] = [
    ["keys at an address that is not in its networks", "its keys: net.address (loopback)", () => keysAt(`https://elsewhere.good.test:${sink.port}/`)],
    ["keys at a port that is not given", "its keys: net.port (port)", () => keysAt("https://login.good.test:1/")],
    ["keys at a metadata service", "its keys: net.address (metadata)", () => keysAt(`https://metadata.good.test:${login.port}/`)],
    ["keys at the address of one", "its keys: net.address (metadata)", () => keysAt("https://169.254.169.254/keys")],
    ["keys at a public address", "its keys: net.address (public)", () => keysAt(`https://8.8.8.8:${login.port}/keys`)],
    ["keys without TLS", "its keys: net.scheme (no https)", () => keysAt(`http://login.good.test:${login.port}/jwks`)],
    ["keys in a file", "its keys: net.scheme", () => keysAt("file:///etc/passwd")],
    ["keys under a user's name", "its keys: net.url (userinfo)", () => keysAt(`https://login.good.test@elsewhere.good.test:${sink.port}/`)],
    ["keys of a host without a certificate that we trust", "its keys: net.tls", () => keysAt(`https://${given}:${login.port}/jwks`)],
    [
      "keys behind a redirect",
      "its keys: net.redirect",
      () =>
        at({
          "/.well-known/oauth-authorization-server": json({ issuer: url, jwks_uri: `${url}/jwks` }),
          "/jwks": json({}, 302, { location: `https://elsewhere.good.test:${sink.port}/` }),
        }),
    ],
    ["metadata behind a redirect", "its metadata: net.redirect", () => json({}, 307, { location: "/other" })],
    ["the metadata of another issuer", "its metadata: it is another issuer's", () => json({ issuer: `${url}/`, jwks_uri: `${url}/jwks` })],
    ["metadata of a list of issuers", "its metadata: it is another issuer's", () => json({ issuer: [url], jwks_uri: `${url}/jwks` })],
    ["metadata without keys", "its metadata: it names no keys", () => json({ issuer: url })],
    ["metadata without end", "its metadata: net.too_large", () => json({ issuer: url, padding: "x".repeat(300_000) })],
    ["a page in the place of metadata", "its metadata: no JSON object", () => (_, response) => response.end("<html>")],
    ["no metadata", "its metadata: status 404", () => json({}, 404)],
    [
      "a list in the place of keys",
      "its keys: no JSON object",
      () => at({ "/.well-known/oauth-authorization-server": json({ issuer: url, jwks_uri: `${url}/jwks` }), "/jwks": json([]) }),
    ],
    ["something else in the place of keys", "its keys: no key set", () => keysAt(`${url}/.well-known/oauth-authorization-server`)],
    [
      "more keys than anybody has",
      "its keys: no key set",
      () =>
        at({
          "/.well-known/oauth-authorization-server": json({ issuer: url, jwks_uri: `${url}/jwks` }),
          "/jwks": json({ keys: Array.from({ length: 101 }, () => ({})) }),
        }),
    ],
  ];
  test.each(cases)("%s (P4, U1, U2)", async (_name, reason, answer) => {
    answers = answer();
    const fetched = await fetchKeys(issuer(), network());
    expect(fetched).toEqual({ outcome: "failed", reason: expect.stringContaining(reason) });
    expect(sink.connections).toBe(0);
    expect(paths()).not.toContain("/other");
  });

  test("an issuer that is not said to be internal is asked at public addresses only (U2)", async () => {
    answers = keysAt(`${url}/jwks`);
    const { internal: _, ...onPublic } = issuer();
    expect(await fetchKeys(onPublic, network())).toEqual({ outcome: "failed", reason: "its metadata: net.address (loopback)" });
    expect(paths()).toEqual([]);
  });

  test("the one that was set up would have answered: what refuses it is the guard", async () => {
    answers = keysAt(`https://elsewhere.good.test:${sink.port}/`);
    const both = { networks: [`${given}/32`, `${withheld}/32`], ports: [login.port, sink.port] };
    expect(await fetchKeys(issuer({ internal: both }), network())).toEqual({ outcome: "keys", keys: keys.keys });
  });
});
