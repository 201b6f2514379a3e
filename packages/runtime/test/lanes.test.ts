import { Vault } from "@postern/credentials";
import type { Matched, Policy, PolicyCredential, RouteCard } from "@postern/policy";
import { describe, expect, it } from "vitest";
import { createLaneKeeper } from "../src/lane-keeper.ts";
import { withLane } from "../src/lanes.ts";
import { openLanes } from "../src/open-lanes.ts";
import { createRedactor } from "../src/redact.ts";

const token = "canary-5d20e7";
const place = { home: "/", base: "/" };
const principal = { id: "me", tenant: "acme", proof: "stdio" } as const;

function credential(name: string, tenant = "acme"): PolicyCredential {
  return { name, tenant, source: { env: `${name}_TOKEN` }, present: { header: "authorization" }, hosts: [`${name}.example`] };
}

function card(id: string, named: string | undefined, server = "fetch-read"): RouteCard {
  const rest = {
    principals: ["me"],
    tools: "*",
    targets: {},
    redact: "secrets",
    approval: "none",
    neighbors: { allow: [], deny: [] },
    line: 1,
    column: 1,
  } as const;
  return { id, server, ...rest, ...(named !== undefined && { credential: named }) };
}

function policyOf(routes: readonly RouteCard[], credentials: readonly PolicyCredential[], tenant = "acme"): Policy {
  return { file: "postern.yaml", digest: "0".repeat(64), principals: [{ id: "me", tenant, stdio: true }], routes, credentials, budgets: [], notes: [] };
}

const own = card("own", "one");
const policy = policyOf([own, card("none", undefined), card("theirs", "two", "repo-read")], [credential("one"), credential("two"), credential("three")]);

function matched(of: RouteCard): Matched & { released: boolean } {
  const held = {
    decision: { decision: "allow", route: of.id, rule: `route:${of.id}`, targets: [], trace: [] } as const,
    card: of,
    options: {},
    targets: [],
    each: [],
    released: false,
    release() {
      held.released = true;
    },
  };
  return held;
}

describe("the lanes of a server", () => {
  it("are those that its own cards name; what others use is not read (P1, P2)", () => {
    const environment: NodeJS.ProcessEnv = { one_TOKEN: token, two_TOKEN: "theirs", three_TOKEN: "nobody's" };
    const lanes = openLanes(policy, "fetch-read", place, new Vault(environment));
    expect(lanes.states.map(({ name }) => name)).toEqual(["one"]);
    expect([lanes.of("two"), lanes.of("three"), lanes.of("toString")]).toEqual([undefined, undefined, undefined]);
    expect(environment).toEqual({ two_TOKEN: "theirs", three_TOKEN: "nobody's" });
  });

  it("are not opened where a card gives one to another tenant, whoever let that pass (P1)", () => {
    const crossed = policyOf([own], [credential("one", "other")]);
    expect(() => openLanes(crossed, "fetch-read", place, new Vault({ one_TOKEN: token }))).toThrow(/another tenant/);
  });

  it("cost nothing where no card of the server names one, and stay known once there were any", async () => {
    const environment: NodeJS.ProcessEnv = { one_TOKEN: token };
    const keeper = createLaneKeeper(environment);
    const without = policyOf([card("none", undefined), card("theirs", "two", "repo-read")], [credential("one"), credential("two")]);
    expect(await keeper(without, "fetch-read", place)).toBeUndefined();
    expect(environment).toEqual({ one_TOKEN: token });
    expect((await keeper(policy, "fetch-read", place))?.states).toMatchObject([{ availability: { state: "there" } }]);
    const after = await keeper(without, "fetch-read", place);
    expect([after?.states, after?.scrub([token])]).toEqual([[], ["[redacted:lane]"]]);
  });
});

describe("a call with a card that names a credential", () => {
  const lanes = openLanes(policy, "fetch-read", place, new Vault({ one_TOKEN: token }));
  const missing = openLanes(policy, "fetch-read", place, new Vault({}));

  const refused: readonly (readonly [string, typeof principal | { id: string; tenant: string; proof: "stdio" }, typeof lanes | undefined])[] = [
    ["whose secret is missing", principal, missing],
    ["of another tenant than the caller (P1)", { ...principal, tenant: "other" }, lanes],
    ["that nobody opened", principal, undefined],
  ];
  it.each(refused)("%s is denied, and nothing stays held (S4)", (_name, who, given) => {
    const call = matched(own);
    expect(withLane(call, who, given)).toEqual({
      card: own,
      decision: expect.objectContaining({ decision: "deny", code: "credential.missing", rule: "credential:one", route: "own" }),
    });
    expect(call.released).toBe(true);
  });

  it("goes on where it is there, and so does one without", () => {
    for (const [each, given] of [
      [own, lanes],
      [card("none", undefined), lanes],
      [card("none", undefined), undefined],
    ] as const) {
      const call = matched(each);
      expect(withLane(call, principal, given)).toBe(call);
      expect(call.released).toBe(false);
    }
  });

  it("keeps a denial as it is", () => {
    const denied: Matched = { decision: { decision: "deny", code: "net.url", rule: "x", message: "x", targets: [], trace: [] }, card: own };
    expect(withLane(denied, principal, missing)).toBe(denied);
  });
});

describe("the redactor of a server with lanes", () => {
  const { redactor } = openLanes(policy, "fetch-read", place, new Vault({ one_TOKEN: token }));
  const github = `ghp_${"aB3".repeat(12)}`;

  it("takes out the lanes' secrets too, whatever the card's rule, and counts them", async () => {
    expect(await redactor(createRedactor)("none")(`a ${token}, ${github}`)).toEqual({
      text: `a [redacted:lane], ${github}`,
      found: [{ kind: "lane", count: 1 }],
    });
    const both = await redactor(createRedactor)("secrets")(`a ${token}, ${github}`);
    expect(both.text).toMatch(/^a \[redacted:lane\], \[redacted:[a-z-]+\]$/);
    expect(both.found).toContainEqual({ kind: "lane", count: 1 });
  });

  it("also where a text comes with what it was cut from", async () => {
    const cut = await redactor(createRedactor)("secrets")(`${github.slice(10)} ${token}`, { before: github.slice(0, 10) });
    expect(cut.text).toMatch(/^\[redacted:[a-z-]+\] \[redacted:lane\]$/);
    expect(cut.found).toContainEqual({ kind: "lane", count: 1 });
  });
});
