import { expect, test } from "vitest";
import { createMatcher } from "../src/match.ts";
import type { CallTarget, MatchCall, Matched, MatchTool } from "../src/matcher.ts";
import type { RouteCard } from "../src/route-card.ts";
import { card, place, policyOf, ticketKind } from "./ticket-kind.ts";

type Options = Parameters<typeof ticketKind>[0];

function matcherOf(cards: readonly RouteCard[], options: Options = {}) {
  const made = ticketKind(options);
  const tools: MatchTool[] = [
    { name: "read", uses: [{ kind: made.kind, access: "read" }] },
    { name: "move", uses: [{ kind: made.kind, access: "write" }] },
    { name: "drop", offUnless: "delete", uses: [{ kind: made.kind, access: "write" }] },
    { name: "about", uses: [] },
  ];
  const matcher = createMatcher({ policy: policyOf(...cards), tools, ...place });
  const target = (raw: string, argument = "ticket"): CallTarget => ({ kind: made.kind, argument, raw, access: "read", operation: "ticket" });
  const call = (targets: readonly string[], each: readonly string[] = [], more: Partial<MatchCall> = {}): MatchCall => ({
    principal: "me",
    tool: "read",
    targets: targets.map((raw, index) => target(raw, `target${index}`)),
    each: each.map((raw, index) => target(raw, `each[${index}]`)),
    signal: new AbortController().signal,
    ...more,
  });
  return { ...made, matcher, call };
}

/** What a decision comes down to. */
function gist(matched: Matched): string {
  const { decision, card: of } = matched;
  if (decision.decision === "deny") return `${decision.code} ${decision.rule} by ${of?.id ?? "none"}`;
  const each = "each" in matched ? matched.each.map((one) => (one.decision === "allow" ? "+" : one.code)) : [];
  return ["allow by", of?.id, ...each].join(" ");
}

const web = card("web", ["acme/web", { name: "acme/api", closed: ["secret"] }]);
const inner = card("inner", ["acme/web/inner"]);
const docs = card("docs", ["docs"]);

const decisions: [promise: string, targets: string[], each: string[], expected: string][] = [
  ["allows a target of its card (S1)", ["acme/web/1"], [], "allow by web"],
  ["allows two targets of one card", ["acme/web/1", "acme/api/2"], [], "allow by web"],
  ["gives a target to the narrowest card", ["acme/web/inner/1"], [], "allow by inner"],
  ["denies what no card covers with the kind's own code (S1)", ["other/1"], [], "path.outside_root outside by web"],
  ["denies a sibling whose name starts with the card's (F3)", ["acme/webx/1"], [], "path.outside_root outside by web"],
  ["denies what the card subtracts from itself", ["acme/api/secret/1"], [], "path.excluded closed by web"],
  ["denies a call when one of its targets is outside (S3)", ["acme/web/1", "other/1"], [], "path.outside_root outside by web"],
  ["denies targets that only two cards together cover (S3)", ["acme/web/1", "docs/1"], [], "policy.no_route no-single-card by none"],
  ["denies targets of a card and of the narrower card inside it", ["acme/web/1", "acme/web/inner/1"], [], "policy.no_route no-single-card by none"],
  ["names the refusal rather than the missing card when a target is refused anyway", ["docs/1", "acme/api/secret/1"], [], "path.excluded closed by web"],
  ["lets members of a list stand or fall on their own", [], ["acme/web/1", "other/1", "acme/web/2"], "allow by web + path.outside_root +"],
  ["takes the card that covers most members of a list", [], ["acme/web/1", "docs/1", "docs/2"], "allow by docs policy.no_route + +"],
  ["takes the first card of the file when two cover as many members", [], ["docs/1", "acme/web/1"], "allow by web policy.no_route +"],
  ["denies a list of which no member stands, with the first one's denial", [], ["acme/api/secret/1", "other/1"], "path.excluded closed by web"],
  ["denies a list of which no card covers any member", [], ["other/1", "other/2"], "path.outside_root outside by web"],
  ["binds the members of a list to the card of the targets", ["docs/1"], ["acme/web/1", "docs/2"], "allow by docs policy.no_route +"],
  ["denies a call whose targets stand and whose list falls", ["docs/1"], ["acme/web/1", "other/1"], "policy.no_route other-card by docs"],
  ["denies a list together with a target that no card covers", ["other/1"], ["acme/web/1"], "path.outside_root outside by web"],
  [
    "prefers, among the cards of its targets, the one that covers more of the list",
    ["1"],
    ["acme/web/2", "docs/1", "docs/2"],
    "allow by docs policy.no_route + +",
  ],
  ["asks the card of the other targets about one that no card covers", ["other/1", "docs/1"], [], "path.outside_root outside by docs"],
  ["answers with the denial of the first target that is refused", ["other/1", "acme/api/secret/1"], [], "path.outside_root outside by web"],
  ["finds a relative target in the first card that has it", ["1"], [], "allow by web"],
  ["allows a call that names no target at all", [], [], "allow by web"],
];

const everything = card("everything", ["acme", "other", "docs"]);

for (const slow of [false, true]) {
  test.for(decisions)(`$0${slow ? ", when the kind answers later" : ""}`, async ([, targets, each, expected]) => {
    const { matcher, call, held } = matcherOf([web, inner, docs], { slow });
    const answer = matcher.decide(call(targets, each));
    expect(answer instanceof Promise).toBe(slow && targets.length + each.length > 0);
    const matched = await answer;
    expect(gist(matched)).toBe(expected);
    // Every target of the call is in the record, whatever became of it (N2).
    expect(matched.decision.targets.map(({ raw }) => raw)).toEqual([...targets, ...each]);
    // Where it was denied, nothing but these cards stood in the way.
    const wide = matcherOf([everything], { slow });
    expect(gist(await wide.matcher.decide(wide.call(targets, each)))).toMatch(/^allow by everything/);
    expect(held.size).toBe("release" in matched ? [...matched.targets, ...matched.each].filter((one) => one.decision === "allow").length : 0);
    if ("release" in matched) {
      matched.release();
      matched.release();
    }
    expect(held.size).toBe(0);
    matcher.close();
  });
}

test("denies a target that really lies where a narrower card governs, though its name does not say so (F1)", async () => {
  const links = new Map([["acme/web/9", "acme/web/inner/1"]]);
  const guarded = matcherOf([web, inner], { links });
  expect(gist(await guarded.matcher.decide(guarded.call(["acme/web/9"])))).toBe("policy.no_route other-card by web");
  expect(guarded.held.size).toBe(0);
  const alone = matcherOf([web], { links });
  expect(gist(await alone.matcher.decide(alone.call(["acme/web/9"])))).toBe("allow by web");
});

test.for([
  ["a principal that the policy does not name", "stranger", "read", "policy.empty no-card by none"],
  ["a principal whose name is that of an object's own method", "constructor", "read", "policy.empty no-card by none"],
  ["a tool that no card gives", "me", "move", "policy.no_route tool-not-given by none"],
  ["a tool that does not exist", "me", "toString", "policy.no_route tool-not-given by none"],
] as const)("denies %s (S4, P3)", async ([, principal, tool, expected]) => {
  const { matcher, call, counts } = matcherOf([web]);
  const matched = await matcher.decide(call(["acme/web/1"], [], { principal, tool }));
  expect(gist(matched)).toBe(expected);
  expect(matched.decision.targets).toMatchObject([{ raw: "acme/web/1", decision: "deny" }]);
  expect(counts.resolved).toBe(0);
});

test.for([false, true])("holds nothing when a kind fails half way, answering later: %s", async (slow) => {
  const { matcher, call, held } = matcherOf([web], { slow, broken: (raw) => raw === "acme/web/3" });
  const run = async (): Promise<Matched> => matcher.decide(call(["acme/web/1", "acme/web/2", "acme/web/3"]));
  await expect(run()).rejects.toThrow("the ticket system is down");
  expect(held.size).toBe(0);
});

test("denies everything once it is closed (S4)", async () => {
  const { matcher, call, open } = matcherOf([web, docs]);
  expect(open.size).toBe(2);
  matcher.close();
  matcher.close();
  expect(open.size).toBe(0);
  expect(gist(await matcher.decide(call(["acme/web/1"])))).toBe("policy.empty no-card by none");
});

test("tells why each card did not carry the call, when asked for all (N2)", async () => {
  const other = card("other-tool", ["elsewhere"], { tools: ["move"] });
  const { matcher, call, held } = matcherOf([web, inner, docs, other]);
  const tried = await matcher.decide(call(["acme/web/inner/1"]));
  expect(tried.decision.trace).toEqual([]);
  if ("release" in tried) tried.release();
  const all = await matcher.decide(call(["acme/web/inner/1"], [], { trace: "all" }));
  expect(all.decision.trace).toEqual([
    { route: "web", code: "policy.no_route", reason: "covers the call as well, but another card governs it" },
    { route: "docs", code: "path.outside_root", reason: "acme/web/inner/1 is refused (outside)." },
    { route: "other-tool", code: "policy.no_route", reason: "does not give the tool read, or gives it nothing to work on" },
  ]);
  expect(held.size).toBe(1);
  if ("release" in all) all.release();
  expect(held.size).toBe(0);
});

test("lets go of what a failing explanation has found, and of what the decision held", async () => {
  const { matcher, call, held } = matcherOf([web, inner, docs], { broken: (_, { route }) => route === "docs" });
  const explain = async (): Promise<Matched> => matcher.decide(call(["acme/web/inner/1"], [], { trace: "all" }));
  await expect(explain()).rejects.toThrow("the ticket system is down");
  expect(held.size).toBe(0);
});

test("goes on to the next card that may hold a relative target, and keeps nothing of the one before", async () => {
  const closed = card("closed", [{ name: "x", closed: ["7"] }]);
  const { matcher, call, held } = matcherOf([closed, card("open", ["y"])]);
  const matched = await matcher.decide(call(["1", "7"]));
  expect(gist(matched)).toBe("allow by open");
  expect(matched.decision.trace).toMatchObject([{ route: "closed", code: "path.excluded" }]);
  expect(held.size).toBe(2);
});

test("names the first card when each that may hold a relative target refuses it", async () => {
  const { matcher, call } = matcherOf(["a", "b"].map((id) => card(id, [{ name: id, closed: ["7"] }])));
  const matched = await matcher.decide(call(["7"]));
  expect(gist(matched)).toBe("path.excluded closed by a");
  expect(matched.decision.trace.map(({ route }) => route)).toEqual(["a", "b"]);
});

test("says which card a denial came nearest to, and hides nothing that was asked", async () => {
  const { matcher, call } = matcherOf([web, docs]);
  const { decision } = await matcher.decide(call(["acme/api/secret/1", "docs/1"]));
  expect(decision).toMatchObject({
    decision: "deny",
    code: "path.excluded",
    route: "web",
    targets: [
      { argument: "target0", raw: "acme/api/secret/1", decision: "deny" },
      { argument: "target1", raw: "docs/1", decision: "allow" },
    ],
    trace: [
      { route: "web", code: "path.excluded" },
      { route: "docs", code: "policy.no_route" },
    ],
  });
});
