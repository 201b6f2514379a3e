import { describe, expect, test } from "vitest";
import { callLimits } from "../src/call-limits.ts";
import { PolicyError } from "../src/policy-error.ts";
import { parsePolicy } from "../src/policy-file.ts";
import type { Policy } from "../src/policy.ts";
import { key, servers } from "./policy-samples.ts";

const start = `version: 1
principals: [ { id: me, stdio: true }, { id: ada, tenant: acme, apiKey: { sha256: ${key} } } ]
credentials: { acme-mail: { tenant: acme, source: { env: MAIL } } }
`;
const card = (id: string, rest: string, who = "[me, ada]"): string => `  - { id: ${id}, server: other, principals: ${who}, tools: "*", ${rest} }\n`;
const read = (source: string): Policy => parsePolicy(source, "policy.yaml", servers);

function problems(source: string): readonly string[] {
  try {
    read(source);
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.problems.map(({ message }) => message);
  }
}

function limitsOf(policy: Policy, route: number, id: string, tenant: string): readonly string[] {
  const found = policy.routes[route] ?? expect.unreachable("the card");
  return callLimits(policy, found, { id, tenant }).map((each) => `${each.per} ${each.id} ${each.limit} ${each.resource}/${each.windowMs}`);
}

describe("budgets of a policy (B1, B2)", () => {
  const policy = read(
    `${start}budgets:
  - { owner: shared, calls: 1000/day }
  - { principal: ada, calls: 60/minute, cost: 100/day }
  - { tenant: acme, bytes: 1GB/day }
  - { lane: acme-mail, calls: 5000/hour }
routes:
${card("one", "budget: { owner: shared, calls: 600/minute, cost: 50/hour }, estimate: { cost: 3, bytes: 200KB }")}${card("two", "budget: { owner: shared }, credential: acme-mail", "[ada]")}${card("three", "estimate: {}")}`,
  );

  test("hold for the calls of their owner, principal, tenant or lane, and for no others", () => {
    expect(limitsOf(policy, 0, "me", "default")).toEqual(["owner shared 600 calls/60000", "owner shared 50 cost/3600000", "owner shared 1000 calls/86400000"]);
    expect(limitsOf(policy, 1, "ada", "acme")).toEqual([
      "owner shared 1000 calls/86400000",
      "principal ada 60 calls/60000",
      "principal ada 100 cost/86400000",
      "tenant acme 1000000000 bytes/86400000",
      "lane acme-mail 5000 calls/3600000",
    ]);
    expect(limitsOf(policy, 2, "me", "default")).toEqual([]);
  });

  test("a card names its estimate, and costs 1 where it names none", () => {
    expect(policy.routes.map(({ estimate }) => estimate)).toEqual([{ cost: 3, bytes: 200_000 }, undefined, { cost: 1 }]);
  });

  test("an owner's limit that a card and budgets both give is one bucket", () => {
    const twice = read(`${start}budgets: [ { owner: shared, calls: 60/minute } ]\nroutes:\n${card("one", "budget: { owner: shared, calls: 60/minute }")}`);
    expect(limitsOf(twice, 0, "me", "default")).toEqual(["owner shared 60 calls/60000"]);
  });
});

const owned = card("one", "budget: { owner: shared, calls: 600/minute }");

test.for<readonly [name: string, budgets: string, routes: string, message: string]>([
  ["for an owner that no card names", "{ owner: shard, calls: 1/day }", owned, 'no card names this owner; did you mean "shared"?'],
  ["for a principal that does not exist", "{ principal: adda, calls: 1/day }", owned, 'no principal has this id; did you mean "ada"?'],
  ["for a tenant that nobody belongs to", "{ tenant: acne, calls: 1/day }", owned, 'no principal has this tenant; did you mean "acme"?'],
  ["for a lane that does not exist", "{ lane: acme-mial, calls: 1/day }", owned, 'no credential has this name; did you mean "acme-mail"?'],
  ["for nobody", "{ calls: 1/day }", owned, "needs exactly one of owner, principal, tenant, lane: whose budget it is"],
  ["for two at once", "{ principal: ada, tenant: acme, calls: 1/day }", owned, "needs exactly one of owner, principal, tenant, lane: whose budget it is"],
  ["without a limit", "{ principal: ada }", owned, "needs at least one limit: calls, bytes or cost"],
  ["twice", "{ principal: ada, calls: 1/day }, { principal: ada, bytes: 1MB/day }", owned, "stands here for the second time"],
  ["of cost with a unit", "{ principal: ada, cost: 1KB/day }", owned, "cost has no unit, like 600/minute"],
  ["with an unknown key", "{ principal: ada, cals: 1/day }", owned, 'unknown key; did you mean "calls"?'],
  [
    "whose card says something else",
    "{ owner: shared, calls: 100/minute }",
    owned,
    "owner shared has one budget, and elsewhere its limit is 100; say the same, leave it out here, or name another owner",
  ],
  [
    "that two cards say otherwise",
    "",
    `${owned}${card("two", "budget: { owner: shared, calls: 60/minute }")}`,
    "owner shared has one budget, and elsewhere its limit is 600; say the same, leave it out here, or name another owner",
  ],
  [
    "that a card's estimate is more than",
    "{ tenant: acme, cost: 10/day }",
    card("one", "estimate: { cost: 11 }"),
    "is more than a budget of 10 that its calls take from, so none could ever be made",
  ],
  [
    "of its own that a card's estimate of bytes is more than",
    "",
    card("one", "estimate: { bytes: 2MB }, budget: { owner: x, bytes: 1MB/day }"),
    "is more than a budget of 1000000 that its calls take from, so none could ever be made",
  ],
])("refuses a budget %s, and names what is wrong (B1, S4)", ([_name, budgets, routes, message]) => {
  expect(problems(`${start}budgets: [ ${budgets} ]\nroutes:\n${routes}`)).toEqual([message]);
});

test.for([
  ["estimate: { cost: -1 }", "a whole number from 0 to 1000000000"],
  ["estimate: { cost: 1.5 }", "a whole number from 0 to 1000000000"],
  ["estimate: { bytes: 200 }", "write it like 200KB"],
  ["estimate: { bytes: 200kb }", "write it like 200KB"],
  ["estimate: { bites: 1KB }", 'unknown key; did you mean "bytes"?'],
] as const)("refuses the estimate %s (B1)", ([written, message]) => {
  expect(problems(`${start}routes:\n${card("one", written)}`)).toEqual([message]);
});

describe("loops", () => {
  const loopsOf = (text: string): Policy["loops"] => read(`${start}${text}`).loops;
  test("are what the file says, and left to the guard where it says nothing (B2)", () => {
    expect(loopsOf("")).toBeUndefined();
    expect(loopsOf("loops: off\n")).toBe("off");
    expect(loopsOf("loops: { identical: 10/second }\n")).toEqual({ limit: 10, windowMs: 1000 });
    expect(loopsOf("loops: {}\n")).toEqual({ limit: 60, windowMs: 60_000 });
  });

  test.for([
    ["loops: on", "write off, or a map with identical"],
    ["loops: { identical: 60 }", "write off, or a map with identical"],
    ["loops: { identical: 0/minute }", "write it like 600/minute"],
    ["loops: { identicle: 60/minute }", 'unknown key; did you mean "identical"?'],
  ])("refuse %s", ([written, message]) => {
    expect(problems(`${start}${written}\n`)).toEqual([message]);
  });
});
