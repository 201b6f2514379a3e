import { expect, test } from "vitest";
import { createMatcher } from "../src/match.ts";
import type { MatchTool } from "../src/matcher.ts";
import { PolicyError } from "../src/policy-error.ts";
import { parsePolicy } from "../src/policy-file.ts";
import { card, place, policyOf, ticketKind } from "./ticket-kind.ts";

function many(count: number) {
  const made = ticketKind();
  const tools: MatchTool[] = ["read", "list", "find"].map((name) => ({ name, uses: [{ kind: made.kind, access: "read" as const }] }));
  const cards = Array.from({ length: count }, (_, index) => card(`card-${index}`, [`acme/p${index}`]));
  return { ...made, cards, tools, matcher: createMatcher({ policy: policyOf(...cards), tools, ...place }) };
}

/** What one decision asks of the kind, for an allowed call, a refused one and a list. */
async function workOf(count: number): Promise<unknown> {
  const { matcher, kind, counts } = many(count);
  const target = (raw: string) => ({ kind, argument: "ticket", raw, access: "read" as const, operation: "ticket" });
  const signal = new AbortController().signal;
  const calls = [
    { targets: [target("acme/p7/1")], each: [] },
    { targets: [target("elsewhere/1")], each: [] },
    { targets: [], each: [target("acme/p3/1"), target("acme/p3/2"), target("acme/p9/1")] },
  ];
  // The first call builds the index, once.
  const work = [];
  for (const call of [...calls, ...calls]) {
    const before = { ...counts };
    const matched = await matcher.decide({ principal: "me", tool: "read", ...call, signal });
    if ("release" in matched) matched.release();
    const { decision } = matched;
    work.push([decision.decision, decision.trace.length, counts.visited - before.visited, counts.resolved - before.resolved]);
  }
  expect(counts.indexed).toBe(1);
  return work.slice(3);
}

test("a decision asks as much of ten thousand cards as of ten", async () => {
  const ten = await workOf(10);
  expect(ten).toEqual([
    ["allow", 0, 1, 1],
    ["deny", 1, 1, 1],
    ["allow", 0, 3, 2],
  ]);
  expect(await workOf(10_000)).toEqual(ten);
});

test("loading ten thousand cards compares only those that share a target", () => {
  const { counts, cards, tools } = many(10_000);
  expect(counts.overlaps).toBe(0);
  const policy = policyOf(...cards, card("again", ["acme/p77"]), card("and-again", ["acme/p78"]));
  const { kind } = ticketKind();
  expect(() => createMatcher({ policy, tools: tools.map(({ name }) => ({ name, uses: [{ kind, access: "read" }] })), ...place })).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ path: "card again targets" }), expect.objectContaining({ path: "card and-again targets" })],
    }),
  );
});

test("ten thousand principals with one shared target do not make ten thousand squared pairs", () => {
  const { kind, counts } = ticketKind();
  const cards = Array.from({ length: 10_000 }, (_, index) => card(`card-${index}`, ["acme"], { principals: [`p${index}`] }));
  const matcher = createMatcher({ policy: policyOf(...cards), tools: [{ name: "read", uses: [{ kind, access: "read" }] }], ...place });
  expect(counts.overlaps).toBe(0);
  expect([...matcher.toolsOf("p9999")]).toEqual(["read"]);
});

test("a policy of ten thousand equal cards is refused with a bounded list of problems", () => {
  const { kind, open } = ticketKind();
  const cards = Array.from({ length: 10_000 }, (_, index) => card(`card-${index}`, ["acme"]));
  const load = (): unknown => createMatcher({ policy: policyOf(...cards), tools: [{ name: "read", uses: [{ kind, access: "read" }] }], ...place });
  expect(load).toThrow(PolicyError);
  expect(load).toThrow(expect.objectContaining({ problems: expect.objectContaining({ length: 50 }) as unknown }));
  expect(open.size).toBe(0);
});

test("a policy file of ten thousand cards is read whole, with the line of each", () => {
  const head = "version: 1\nprincipals: [ { id: me, stdio: true } ]\nroutes:\n";
  const cards = Array.from(
    { length: 10_000 },
    (_, index) => `  - { id: c${index}, server: tickets, principals: [me], tools: "*", targets: { projects: [ { name: p${index} } ] } }\n`,
  );
  const { routes } = parsePolicy(head + cards.join(""), "p.yaml", [{ name: "tickets", kinds: [ticketKind().kind], tools: ["read"] }]);
  expect(routes).toHaveLength(10_000);
  expect(routes[9_999]).toMatchObject({ id: "c9999", line: 10_003, column: 5 });
});
