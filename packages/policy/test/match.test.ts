import { expect, test } from "vitest";
import { createMatcher } from "../src/match.ts";
import type { Matcher, MatchTool } from "../src/matcher.ts";
import { PolicyError } from "../src/policy-error.ts";
import type { RouteCard } from "../src/route-card.ts";
import { card, place, policyOf, ticketKind } from "./ticket-kind.ts";

function opened(cards: readonly RouteCard[], options: Parameters<typeof ticketKind>[0] = {}) {
  const made = ticketKind(options);
  const tools: MatchTool[] = [
    { name: "read", uses: [{ kind: made.kind, access: "read", argument: "ticket", operation: "ticket" }] },
    { name: "move", uses: [{ kind: made.kind, access: "write" }] },
    { name: "drop", offUnless: "delete", uses: [{ kind: made.kind, access: "read" }] },
    { name: "about", uses: [] },
  ];
  const match = (): Matcher => createMatcher({ policy: policyOf(...cards), tools, ...place });
  return { ...made, match };
}

const discovered: [promise: string, cards: RouteCard[], tools: string[]][] = [
  ["every tool that the card has something for", [card("a", ["acme"])], ["read", "about"]],
  ["tools that write where the card lets them", [card("a", [{ name: "acme", write: true }])], ["read", "move", "about"]],
  ["a tool that is off by default once the card says so", [card("a", { projects: [{ name: "acme" }], delete: "allow" })], ["read", "drop", "about"]],
  ["only the tools that the card lists", [card("a", ["acme"], { tools: ["about"] })], ["about"]],
  ["what several cards give together", [card("a", ["acme"], { tools: ["about"] }), card("b", ["docs"], { tools: ["read"] })], ["read", "about"]],
  ["nothing for a card of another server", [card("a", ["acme"], { server: "mail" })], []],
  ["nothing for a card of somebody else (P3)", [card("a", ["acme"], { principals: ["you"] })], []],
  ["nothing for a card without principals (S4)", [card("a", ["acme"], { principals: [] })], []],
  ["nothing for a card without tools (S4)", [card("a", ["acme"], { tools: [] })], []],
  ["nothing for a card with an empty list of targets (S4)", [card("a", [])], []],
  ["nothing for a card without targets (S4)", [card("a", {})], []],
  ["nothing without cards (S4)", [], []],
];

test.for(discovered)("discovers %s", ([, cards, tools]) => {
  const { match } = opened(cards);
  const matcher = match();
  expect([...matcher.toolsOf("me")]).toEqual(tools);
  expect(matcher.toolsOf("me")).toBe(matcher.toolsOf("me"));
  expect([...matcher.toolsOf("__proto__")]).toEqual([]);
});

test("discovery and decision agree on every tool (P3)", async () => {
  for (const [, cards, tools] of discovered) {
    const { match } = opened(cards);
    const matcher = match();
    for (const tool of ["read", "move", "drop", "about"]) {
      const matched = await matcher.decide({ principal: "me", tool, targets: [], each: [], signal: new AbortController().signal });
      expect([tool, matched.decision.decision]).toEqual([tool, tools.includes(tool) ? "allow" : "deny"]);
    }
  }
});

test("tells what a principal's cards give for a tool, and nobody else's", () => {
  const matcher = opened([card("a", ["acme"]), card("b", ["docs"], { tools: ["read"] }), card("c", ["hidden"], { principals: ["you"] })]).match();
  expect(matcher.granted("me", "read")).toEqual(["tickets of acme", "tickets of docs"]);
  expect(matcher.granted("me", "about")).toEqual(["tickets of acme"]);
  expect(matcher.granted("me", "move")).toEqual([]);
  expect(matcher.granted("nobody", "read")).toEqual([]);
  expect(matcher.cardsOf("me").map(({ id }) => id)).toEqual(["a", "b"]);
});

const unusable: [promise: string, cards: RouteCard[], message: string][] = [
  ["whose targets the kind cannot open", [card("a", ["docs"]), card("b", ["gone"])], "policy.yaml:7:5 card b targets: the project gone does not exist"],
  ["with an unknown key in its targets", [card("a", { project: [] })], 'policy.yaml:7:5 card a targets.project: unknown key; did you mean "projects"?'],
  [
    "with a target of the wrong form",
    [card("a", { projects: [{ name: 1 }] })],
    "policy.yaml:7:5 card a targets.projects.0.name: has to be a text, so write it in quotes",
  ],
  ["with a switch that no tool has", [card("a", { deletes: "allow" })], 'policy.yaml:7:5 card a targets.deletes: unknown key; did you mean "delete"?'],
  [
    "that gives what another gives",
    [card("a", ["acme", "docs"]), card("b", ["docs"], { line: 12 })],
    "policy.yaml:12:5 card b targets: covers docs for me and read just as card a (line 7) does; exactly one card may carry a call, so narrow or remove one",
  ],
];

test.for(unusable)("refuses a card %s, and leaves nothing open (S4)", ([, cards, message]) => {
  const { match, open, counts } = opened(cards);
  expect(match).toThrow(PolicyError);
  expect(match).toThrow(expect.objectContaining({ message }));
  expect(open.size).toBe(0);
  // The rest of the policy is fine by itself.
  const [first, ...others] = cards;
  if (others.length === 0 || first === undefined) return;
  const rest = opened([first]);
  rest.match();
  expect([counts.scoped > 0, rest.open.size]).toEqual([true, 1]);
});

const besides: [promise: string, one: Partial<RouteCard>, other: Partial<RouteCard>][] = [
  ["belong to different principals", { principals: ["me"] }, { principals: ["you"] }],
  ["give different tools", { tools: ["read"] }, { tools: ["about"] }],
  ["belong to different servers", {}, { server: "mail" }],
];

test.for(besides)("lets two cards have one target when they %s", ([, one, other]) => {
  const { match } = opened([card("a", ["acme"], one), card("b", ["acme"], other)]);
  expect(() => match().close()).not.toThrow();
  expect(opened([card("a", ["acme"]), card("b", ["acme"])]).match).toThrow(PolicyError);
});

test.for([false, true])("finds an overlap whether or not the kind has keys (without: %s)", (withoutKeys) => {
  const { match } = opened([card("a", ["acme/web"]), card("b", ["acme"]), card("c", ["x", "acme"])], { withoutKeys });
  expect(match).toThrow(/card c targets: covers acme for me and read just as card b/);
});

test("derives neighbors of every card and tool, none of which the card allows (N1, N3)", async () => {
  const cards = [card("a", [{ name: "acme", closed: ["secret"] }]), card("b", ["acmex"])];
  const { match, held } = opened(cards);
  const matcher = match();
  const neighbors = matcher.neighbors();
  // The sibling of a is what b gives, so it is no neighbor.
  expect(neighbors.map(({ card: of, tool, neighbor }) => `${of.id} ${tool} ${String(neighbor.raw)}`)).toEqual(["a read acme/secret", "b read acmexx/1"]);
  for (const { principal, tool, targets, neighbor } of neighbors) {
    const { decision } = await matcher.decide({ principal, tool, targets, each: [], signal: new AbortController().signal });
    expect(decision).toMatchObject({ decision: "deny", code: neighbor.codes[0] });
  }
  expect(held.size).toBe(0);
});

test("refuses two kinds that claim one key, which would give one text two meanings", () => {
  const [one, other] = [ticketKind(), ticketKind()];
  const tools: MatchTool[] = [{ name: "link", uses: [one, other].map(({ kind }) => ({ kind, access: "read" as const })) }];
  expect(() => createMatcher({ policy: policyOf(), tools, ...place })).toThrow("claim the key projects");
});

test("carries a call over two kinds only by a card that has both", async () => {
  const [tickets, notes] = [ticketKind(), ticketKind({ name: "note" })];
  const tools: MatchTool[] = [{ name: "link", uses: [tickets, notes].map(({ kind }) => ({ kind, access: "read" as const })) }];
  const both = card("both", { projects: [{ name: "acme" }], notes: [{ name: "mine" }] });
  const same = card("same", { projects: [{ name: "acme" }], notes: [{ name: "yours" }] });
  const half = card("half", { projects: [{ name: "docs" }] });
  const matcher = createMatcher({ policy: policyOf(both, same, half), tools, ...place });
  const link = async (ticket: string, note: string): Promise<string> => {
    const targets = [
      { kind: tickets.kind, argument: "from", raw: ticket, access: "read" as const, operation: "ticket" },
      { kind: notes.kind, argument: "to", raw: note, access: "read" as const, operation: "note" },
    ];
    const matched = await matcher.decide({ principal: "me", tool: "link", targets, each: [], signal: new AbortController().signal });
    if ("release" in matched) matched.release();
    return matched.decision.decision === "allow" ? matched.decision.route : matched.decision.code;
  };
  // The same project on two cards is no overlap for this tool, since the other target tells them apart; it is for one
  // that takes the project alone.
  const alone: MatchTool = { name: "read", uses: [{ kind: tickets.kind, access: "read" }] };
  expect(() => createMatcher({ policy: policyOf(both, same), tools: [...tools, alone], ...place })).toThrow("covers acme for me and read");
  expect(await link("acme/1", "mine/1")).toBe("both");
  expect(await link("acme/1", "yours/1")).toBe("same");
  expect(await link("docs/1", "mine/1")).toBe("path.outside_root");
  expect(tickets.held.size + notes.held.size).toBe(0);
});
