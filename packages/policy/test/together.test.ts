import { describe, expect, it } from "vitest";
import { createMatcher } from "../src/match.ts";
import type { MatchTool } from "../src/matcher.ts";
import { targetOptions, targetsSchema } from "../src/server-shape.ts";
import type { AnyTargetKind, Resolution } from "../src/target-kind.ts";
import { card, place, policyOf, ticketKind } from "./ticket-kind.ts";

const signal = new AbortController().signal;

function matcherWith(more: Partial<AnyTargetKind>, targets: Record<string, unknown> = {}) {
  const made = ticketKind();
  const kind: AnyTargetKind = { ...made.kind, ...more };
  const tools: MatchTool[] = [
    {
      name: "merge",
      uses: [
        { kind, access: "write", argument: "from", operation: "ticket" },
        { kind, access: "write", argument: "to", operation: "ticket" },
      ],
    },
    { name: "drop", offUnless: "delete", uses: [{ kind, access: "write", argument: "ticket" }] },
  ];
  const options = [{ key: "pace", values: ["quick", "slow"], description: "How fast." }] as const;
  const matcher = createMatcher({ policy: policyOf(card("web", { projects: [{ name: "acme", write: true }], ...targets })), tools, options, ...place });
  const merge = () =>
    matcher.decide({
      principal: "me",
      tool: "merge",
      targets: ["from", "to"].map((argument, index) => ({ kind, argument, raw: `acme/${index}`, access: "write", operation: "ticket" })),
      each: [],
      signal,
    });
  return { ...made, matcher, merge };
}

const refusing = (resolved: readonly { readonly record: object }[]): Resolution<unknown> => ({
  decision: "deny",
  code: "path.excluded",
  rule: "together",
  message: "not together",
  record: { ...resolved[1]?.record, decision: "deny", code: "path.excluded" } as never,
});

describe("what no target of a call shows alone", () => {
  it.each([
    ["at once", (resolved: readonly never[]) => refusing(resolved)],
    ["later", (resolved: readonly never[]) => Promise.resolve(refusing(resolved))],
  ])("denies the call, answered %s, and lets go of its targets (S3)", async (_name, relate) => {
    const { matcher, merge, held } = matcherWith({ relate });
    const { decision } = await merge();
    expect(decision).toMatchObject({ decision: "deny", code: "path.excluded", rule: "together", route: "web" });
    expect(decision.targets).toMatchObject([
      { argument: "from", decision: "allow" },
      { argument: "to", decision: "deny", code: "path.excluded" },
    ]);
    expect(held.size).toBe(0);
    matcher.close();
  });

  it("is asked with all targets of the kind, and its failure lets go of them too", async () => {
    const seen: unknown[] = [];
    const asked = matcherWith({
      relate([first, ...rest]: readonly Resolution<unknown>[]) {
        seen.push(1 + rest.length);
        return first ?? refusing([]);
      },
    });
    const matched = await asked.merge();
    expect(matched.decision.decision).toBe("allow");
    expect(seen).toEqual([2]);
    if ("release" in matched) matched.release();
    const broken = matcherWith({
      relate: () => {
        throw new Error("broken");
      },
    });
    expect(() => broken.merge()).toThrow("broken");
    expect(broken.held.size).toBe(0);
  });
});

describe("options of a server in a card's targets", () => {
  it("come with an allowed call, defaults filled in", async () => {
    const plain = await matcherWith({}).merge();
    expect("options" in plain && plain.options).toEqual({ pace: "quick", delete: "deny" });
    const chosen = await matcherWith({}, { pace: "slow", delete: "allow" }).merge();
    expect("options" in chosen && chosen.options).toEqual({ pace: "slow", delete: "allow" });
  });

  it("switch tools on, and are refused where they say something else (S4)", () => {
    expect([...matcherWith({}).matcher.toolsOf("me")]).toEqual(["merge"]);
    expect([...matcherWith({}, { delete: "allow" }).matcher.toolsOf("me")]).toEqual(["merge", "drop"]);
    expect(() => matcherWith({}, { pace: "brisk" })).toThrow(/pace/);
    expect(() => matcherWith({}, { speed: "slow" })).toThrow(/speed/);
  });

  it("are declared once: an undeclared switch is added, a key of a kind is not taken twice", () => {
    expect(targetOptions(undefined, [{ offUnless: "delete" }, {}, { offUnless: "delete" }]).map(({ key }) => key)).toEqual(["delete"]);
    const { kind } = ticketKind();
    expect(() => targetsSchema({ name: "x", kinds: [kind, ticketKind().kind] })).toThrow(/two target kinds/);
    expect(() => targetsSchema({ name: "x", kinds: [kind, { ...kind }] })).not.toThrow();
    expect(() => targetsSchema({ name: "x", kinds: [kind], options: [{ key: "projects", values: ["a"], description: "b" }] })).toThrow(/two parts/);
  });
});

describe("what dead processes left", () => {
  it("is cleared by kinds that can be written, over the scopes of all cards, and by no other", async () => {
    const seen: (readonly unknown[])[] = [];
    const { matcher } = matcherWith({ tend: (scopes: readonly unknown[]) => (seen.push(scopes), Promise.resolve()) });
    await matcher.tend(signal);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toHaveLength(1);
    await matcherWith({}).matcher.tend(signal);
  });
});

describe("derived neighbors", () => {
  it("are made for each argument of a tool, since each has a guard of its own (N1)", () => {
    const { matcher } = matcherWith({});
    expect(matcher.neighbors().map(({ tool, argument, neighbor }) => `${tool} ${argument} ${String(neighbor.raw)}`)).toEqual([
      "merge from acmex/1",
      "merge to acmex/1",
    ]);
  });
});
