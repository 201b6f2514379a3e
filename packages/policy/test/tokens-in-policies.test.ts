import { describe, expect, test } from "vitest";
import { PolicyError } from "../src/policy-error.ts";
import { parsePolicy } from "../src/policy-file.ts";
import { servers } from "./policy-samples.ts";

const principals = 'principals: [ { id: bot, jwt: { issuer: "https://i.example", subject: s } }, { id: me, stdio: true } ]';

function policyOf({ issuer = "", http = "", card = "", who = "bot" }: { issuer?: string; http?: string; card?: string; who?: string }): string {
  return `version: 1
${principals}
http:
  resource: https://r.example/mcp
  issuers: [ { issuer: "https://i.example", algorithms: [ES256]${issuer} } ]
${http}
routes: [ { id: a, server: x, principals: [${who}], tools: "*", targets: { t: 1 }${card} } ]`;
}

const parse = (text: string) => parsePolicy(text, "policy.yaml", servers);

describe("reads", () => {
  test("an issuer as it is meant where little is said: access tokens of their own type, keys by its metadata, from public addresses", () => {
    expect(parse(policyOf({})).http).toEqual({
      resource: "https://r.example/mcp",
      issuers: [{ issuer: "https://i.example", algorithms: ["ES256"], tokenType: "at+jwt" }],
      scopes: {},
      allowedHosts: [],
      allowedOrigins: [],
      proxies: [],
    });
  });

  test("all that can be said of one", () => {
    const issuer = ', jwks: "https://i.example/keys", tokenType: jwt, internal: { networks: [10.0.0.0/8, "fd00::/8"], ports: [8443] }';
    expect(parse(policyOf({ issuer })).http?.issuers).toEqual([
      {
        issuer: "https://i.example",
        algorithms: ["ES256"],
        jwks: "https://i.example/keys",
        tokenType: "jwt",
        internal: { networks: ["10.0.0.0/8", "fd00::/8"], ports: [8443] },
      },
    ]);
  });

  test("one scope as a list of one, and several as they stand; a card without any has none", () => {
    const scopesOf = (card: string) => parse(policyOf({ card })).routes[0]?.scopes;
    expect([scopesOf(', scope: "files:read"'), scopesOf(", scope: [a, b]"), scopesOf("")]).toEqual([["files:read"], ["a", "b"], undefined]);
    expect(parse(policyOf({ http: "  scopes: { w: [r], r: [w, x] }" })).http?.scopes).toEqual({ w: ["r"], r: ["w", "x"] });
  });

  test("and notes a scope that is asked of nobody", () => {
    const notes = (who: string): readonly string[] => parse(policyOf({ card: ", scope: a", who })).notes.map(({ message }) => message);
    expect(notes("me")).toEqual(["names a scope, and none of its principals is proven by a token, so it asks it of nobody"]);
    expect(notes("bot, me")).toEqual([]);
  });
});

describe("refuses (S4, P4)", () => {
  const cases: readonly (readonly [string, Parameters<typeof policyOf>[0], string])[] = [
    ["an issuer twice", { issuer: ' }, { issuer: "https://i.example", algorithms: [RS256]' }, "http.issuers.1.issuer: stands here for the second time"],
    ["an issuer with a query", { issuer: ' }, { issuer: "https://j.example/?a", algorithms: [RS256]' }, "http.issuers.1.issuer: is no identifier of an issuer"],
    ["an issuer without TLS", { issuer: ' }, { issuer: "http://j.example", algorithms: [RS256]' }, "http.issuers.1.issuer: an https URL"],
    ["an issuer without algorithms", { issuer: ' }, { issuer: "https://j.example", algorithms: []' }, "http.issuers.1.algorithms"],
    ["keys without TLS", { issuer: ', jwks: "http://i.example/keys"' }, "http.issuers.0.jwks: an https URL"],
    ["a type of token that is not known", { issuer: ", tokenType: any" }, "http.issuers.0.tokenType: is none of the known values"],
    ["an internal issuer on no network", { issuer: ", internal: { networks: [], ports: [443] }" }, "http.issuers.0.internal.networks"],
    ["an internal issuer on no port", { issuer: ", internal: { networks: [10.0.0.0/8] }" }, "http.issuers.0.internal.ports: is missing"],
    ["a list of no scopes", { card: ", scope: []" }, "routes.0.scope: an empty list would ask for nothing; leave it out"],
    ["no scope", { card: ', scope: ""' }, "routes.0.scope: a scope: printable ASCII"],
    ["two scopes in one", { card: ', scope: "a b"' }, "routes.0.scope: a scope: printable ASCII"],
    ["a scope that would end its quotes in a header", { card: ", scope: 'a\"b'" }, "routes.0.scope: a scope: printable ASCII"],
    ["a scope that would escape something there", { card: ", scope: 'a\\b'" }, "routes.0.scope: a scope: printable ASCII"],
    ["a scope that is a map", { card: ", scope: { a: b }" }, "routes.0.scope: write a scope, or a list of them"],
    ["everybody as the proxy", { http: "  proxies: [10.0.0.1, 0.0.0.0/0]" }, "http.proxies.1: is everybody, and keys and tokens would come in the clear"],
    [
      "a network written as one of its addresses",
      { http: "  proxies: [10.0.0.0/8, 10.1.2.3/8]" },
      "http.proxies.1: is written as one address and means its whole network",
    ],
    [
      "a network of IPv6 written as one of its addresses",
      { http: '  proxies: ["fd00::/8", "fd00::5/64", "2001:db8::/32"]' },
      "http.proxies.1: is written as one address",
    ],
    [
      "a network of IPv6 with an old address in it",
      { http: '  proxies: ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1/104"]' },
      "http.proxies.1: is written as one address",
    ],
    ["a scope that implies nothing", { http: "  scopes: { a: [] }" }, "http.scopes.a"],
    ["a scope that implies none", { http: '  scopes: { a: ["b c"] }' }, "http.scopes.a.0: a scope"],
  ];
  test.each(cases)("%s", (_name, parts, message) => {
    const problems = (): readonly string[] => {
      try {
        parse(policyOf(parts));
      } catch (error) {
        if (error instanceof PolicyError) return error.problems.map(({ path, message: said }) => `${path}: ${said}`);
        throw error;
      }
      return [];
    };
    expect(problems()).toEqual([expect.stringContaining(message)]);
  });

  test("a resource with a part that no token can be for", () => {
    expect(() => parse(policyOf({}).replace("/mcp", "/mcp#part"))).toThrow("has a part behind #, which no token can be for");
  });
});
