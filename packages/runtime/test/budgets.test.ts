import type { Principal } from "@postern/policy";
import { describe, expect, test } from "vitest";
import type { LibraryGuard } from "./library-guard.ts";
import { evidenceFile, libraryGuard, refusalOf } from "./library-guard.ts";

const ada: Principal = { id: "ada", tenant: "acme", proof: "stdio" };
const bob: Principal = { id: "bob", tenant: "acme", proof: "stdio" };
const eve: Principal = { id: "eve", tenant: "other", proof: "stdio" };

const policyOf = (budgets: string, rest = ""): string => `version: 1
principals: [ { id: ada, tenant: acme, stdio: true }, { id: bob, tenant: acme, stdio: true }, { id: eve, tenant: other, stdio: true } ]
credentials: { docs: { tenant: acme, source: { env: DOCS }, hosts: [docs.acme.example] } }
budgets: [ ${budgets} ]
routes:
  - { id: history, server: shelf, principals: [ada, bob], tools: [read_book], targets: { shelves: [history] }, budget: { owner: team, calls: 50/hour }${rest} }
  - { id: poems, server: shelf, principals: [ada, bob, eve], tools: [read_book], targets: { shelves: [poems] } }
  - { id: maps, server: shelf, principals: [ada, bob], tools: [read_book], targets: { shelves: [maps] }, credential: docs }
`;

const codeOf = async (guard: LibraryGuard, who: Principal, book: string): Promise<unknown> =>
  refusalOf(await guard.call(who, "read_book", { book }))?.code ?? "allowed";

/** Whose budget it is; calls that take from it; the call that finds it empty; calls that it does not bind. */
const cases: readonly (readonly [
  per: string,
  budget: string,
  taking: readonly (readonly [Principal, string])[],
  denied: readonly [Principal, string],
  free: readonly (readonly [Principal, string])[],
])[] = [
  [
    "owner",
    "{ owner: team, calls: 2/day }",
    [
      [ada, "history/rome"],
      [bob, "history/rome"],
    ],
    [ada, "history/athens"],
    [[ada, "poems/first"]],
  ],
  [
    "principal",
    "{ principal: ada, calls: 2/day }",
    [
      [ada, "history/rome"],
      [ada, "poems/first"],
    ],
    [ada, "maps/world"],
    [
      [bob, "maps/world"],
      [eve, "poems/first"],
    ],
  ],
  [
    "tenant",
    "{ tenant: acme, calls: 2/day }",
    [
      [ada, "history/rome"],
      [bob, "poems/first"],
    ],
    [bob, "poems/second"],
    [[eve, "poems/first"]],
  ],
  [
    "lane",
    "{ lane: docs, calls: 2/day }",
    [
      [ada, "maps/world"],
      [bob, "maps/world"],
    ],
    [ada, "maps/moon"],
    [
      [ada, "poems/first"],
      [ada, "history/rome"],
    ],
  ],
];

describe.each(cases)("a budget of a %s", (per, budget, taking, [who, book], free) => {
  test("binds its calls over all cards, and its denial says which budget it was and nothing of others (B1, B2, E4, E6)", async () => {
    const guard = await libraryGuard(policyOf(budget));
    for (const [caller, wanted] of taking) expect(await codeOf(guard, caller, wanted)).toBe("allowed");
    const opened = guard.opened.length;
    const denied = refusalOf(await guard.call(who, "read_book", { book }));
    expect(denied).toMatchObject({ code: "budget.exhausted", rule: `budget:${per}:calls`, retryAfterMs: expect.any(Number) });
    expect(denied?.retryAfterMs).toBeLessThanOrEqual(43_200_000);
    expect(JSON.stringify(denied)).not.toMatch(/acme|docs|team|ada|bob|"limit"|86400000/);
    expect(guard.opened).toHaveLength(opened);
    const owner = { owner: "team", principal: "ada", tenant: "acme", lane: "docs" }[per];
    expect(guard.records().at(-1)).toMatchObject({
      decision: "deny",
      code: "budget.exhausted",
      rule: `budget:${per}:calls`,
      outcome: "denied",
      cost: 0,
      quota_owner: book.startsWith("history") ? "team" : null,
      budget: expect.arrayContaining([expect.objectContaining({ per, owner, resource: "calls", taken: 0, left: 0, limit: 2 })]),
    });
    for (const [caller, wanted] of free) expect(await codeOf(guard, caller, wanted)).toBe("allowed");
  });

  test("outlasts the server and holds for the other servers of its evidence (B2)", async () => {
    const file = evidenceFile();
    const [one, other] = [await libraryGuard(policyOf(budget), file), await libraryGuard(policyOf(budget), file)];
    for (const [index, [caller, wanted]] of taking.entries()) expect(await codeOf(index === 0 ? one : other, caller, wanted)).toBe("allowed");
    expect(await codeOf(one, who, book)).toBe("budget.exhausted");
    expect(await codeOf(other, who, book)).toBe("budget.exhausted");
    expect(await codeOf(await libraryGuard(policyOf(budget), file), who, book)).toBe("budget.exhausted");
  });
});

describe("a call that several budgets hold for", () => {
  const several = "{ principal: ada, calls: 1/day, cost: 10/day }, { tenant: acme, calls: 10/day, bytes: 1MB/day }";

  test("takes from all of them at once, and the record shows each one (B2, E4)", async () => {
    const guard = await libraryGuard(policyOf(several, ", estimate: { cost: 3, bytes: 2KB }"));
    expect(await codeOf(guard, ada, "history/rome")).toBe("allowed");
    const [record] = guard.records();
    const bytes = 100 + (record?.bytes_out ?? expect.unreachable("the outcome"));
    expect(record).toMatchObject({ quota_owner: "team", cost: 3 });
    expect(record?.budget.map(({ per, owner, resource, taken, left, limit }) => [per, owner, resource, taken, left, limit])).toEqual([
      ["owner", "team", "calls", 1, 49, 50],
      ["principal", "ada", "calls", 1, 0, 1],
      ["principal", "ada", "cost", 3, 7, 10],
      ["tenant", "acme", "calls", 1, 9, 10],
      ["tenant", "acme", "bytes", bytes, 1_000_000 - bytes, 1_000_000],
    ]);
  });

  test("takes from none of them where one has too little (B2, E6)", async () => {
    const guard = await libraryGuard(policyOf(several));
    await codeOf(guard, ada, "history/rome");
    const before = guard.records().at(-1)?.budget ?? [];
    for (let round = 0; round < 5; round += 1) expect(await codeOf(guard, ada, "history/athens")).toBe("budget.exhausted");
    expect(await codeOf(guard, bob, "history/rome")).toBe("allowed");
    const after = guard.records().at(-1)?.budget ?? [];
    const leftOf = (states: typeof before, per: string, resource: string): number | undefined =>
      states.find((state) => state.per === per && state.resource === resource)?.left;
    for (const per of ["owner", "tenant"]) expect(leftOf(after, per, "calls")).toBe((leftOf(before, per, "calls") ?? 0) - 1);
  });
});

test("a card's estimate of cost is what its calls take, whatever they do (B1, B2)", async () => {
  const guard = await libraryGuard(policyOf("{ tenant: acme, cost: 7/day }", ", estimate: { cost: 3 }"));
  expect(await codeOf(guard, ada, "history/rome")).toBe("allowed");
  expect(await codeOf(guard, ada, "history/lost")).toBe("fs.not_found");
  expect(refusalOf(await guard.call(bob, "read_book", { book: "history/rome" }))).toMatchObject({ code: "budget.exhausted", rule: "budget:tenant:cost" });
  // a call of a card without an estimate costs 1, and that is left
  expect(await codeOf(guard, bob, "poems/first")).toBe("allowed");
  expect(await codeOf(guard, bob, "poems/first")).toBe("budget.exhausted");
  expect(guard.records().map(({ cost }) => cost)).toEqual([3, 3, 0, 1, 0]);
});

test("a card's estimate of bytes is reserved with the decision, and the difference comes back with the outcome (B1, B2)", async () => {
  const guard = await libraryGuard(policyOf("{ tenant: acme, bytes: 100KB/day }", ", estimate: { bytes: 60KB }"));
  // both are decided before either has ended: their estimates do not go together
  const both = await Promise.all([ada, bob].map((who) => guard.call(who, "read_book", { book: "history/rome" })));
  expect(both.map((answer) => refusalOf(answer)?.code)).toEqual([undefined, "budget.exhausted"]);
  expect(await codeOf(guard, bob, "history/rome")).toBe("allowed");
});
