import type { Allow, Principal, RouteCard } from "@postern/policy";
import { describe, expect, test } from "vitest";
import { impliedBy, lackingScope } from "../src/lacking-scope.ts";

const decision: Allow = { decision: "allow", route: "one", rule: "roots[0]", targets: [], trace: [] };

function lacking(scopes: readonly string[] | undefined, held: readonly string[] | undefined, proof: Principal["proof"] = "jwt") {
  const card: RouteCard = {
    id: "one",
    server: "shelf",
    principals: ["bot"],
    tools: "*",
    targets: {},
    redact: "none",
    approval: "none",
    neighbors: { allow: [], deny: [] },
    line: 1,
    column: 1,
    ...(scopes !== undefined && { scopes }),
  };
  const http = { resource: "https://r.example", issuers: [], allowedHosts: [], allowedOrigins: [], proxies: [], scopes: { write: ["read"] } };
  const matched = { decision, card, options: {}, targets: [], each: [], release: () => undefined };
  return lackingScope(matched, { id: "bot", tenant: "default", proof }, held, http)?.rule;
}

describe("a caller with a token", () => {
  test.each([
    [["read"], ["read"], undefined],
    [["read"], ["write"], undefined],
    [["read", "write"], ["write"], undefined],
    [["write"], ["read"], "scope:write"],
    [["read", "admin"], ["write"], "scope:admin"],
    [["read"], [], "scope:read"],
    [["read"], undefined, "scope:read"],
    [undefined, undefined, undefined],
    [[], undefined, undefined],
  ] as const)("meets a card that asks for %j with %j: %s (P4, S4)", (needed, held, rule) => {
    expect(lacking(needed, held)).toBe(rule);
  });
});

test.each(["stdio", "apiKey"] as const)("a caller that is proven by %s has no scopes and needs none", (proof) => {
  expect(lacking(["admin"], undefined, proof)).toBeUndefined();
});

describe("scopes imply what can be reached from them", () => {
  test.each([
    [["a"], {}, ["a"]],
    [["a"], { a: ["b"], b: ["c"], c: ["d"] }, ["a", "b", "c", "d"]],
    [["b"], { a: ["b"], b: ["c"] }, ["b", "c"]],
    [["a"], { a: ["b"], b: ["a"] }, ["a", "b"]],
    [["a"], { a: ["a"] }, ["a"]],
    [["a", "x"], { a: ["b", "c"], b: ["d"], c: ["d"], d: ["b"], x: ["y"] }, ["a", "x", "b", "c", "y", "d"]],
    [["constructor", "toString", "__proto__"], {}, ["constructor", "toString", "__proto__"]],
    [[], { a: ["b"] }, []],
  ] as const)("%j under %j (P4)", (held, scopes, all) => {
    expect([...impliedBy(held, scopes)]).toEqual(all);
  });
});
