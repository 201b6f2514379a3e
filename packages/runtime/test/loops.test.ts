import type { Principal } from "@postern/policy";
import { describe, expect, test } from "vitest";
import { libraryGuard, refusalOf, type LibraryGuard } from "./library-guard.ts";
import type { GuardRequest } from "../src/index.ts";

const ada: Principal = { id: "ada", tenant: "default", proof: "stdio" };
const bob: Principal = { id: "bob", tenant: "default", proof: "stdio" };
const http = { transport: "http" } as const;

const policyOf = (loops: string): string => `version: 1
${loops}
principals: [ { id: ada, stdio: true }, { id: bob, stdio: true } ]
routes:
  - { id: history, server: shelf, principals: [ada, bob], tools: [read_book, stamp_book], targets: { shelves: [history], stamp: allow } }
  - { id: rare, server: shelf, principals: [ada, bob], tools: [read_book], targets: { shelves: [rare] }, budget: { owner: team, calls: 1000/minute } }
`;

type Call = readonly [tool: string, args: Readonly<Record<string, unknown>>, over?: Partial<GuardRequest>];

/** The codes of so many calls one after the other, counted. */
async function codes(guard: LibraryGuard, who: Principal, times: number, ...[tool, args, over]: Call): Promise<Readonly<Record<string, number>>> {
  const counted: Record<string, number> = {};
  for (let round = 0; round < times; round += 1) {
    const code = refusalOf(await guard.call(who, tool, args, over))?.code ?? "allowed";
    counted[code] = (counted[code] ?? 0) + 1;
  }
  return counted;
}

describe("an answer to a question that nobody asked", () => {
  const invented = (round: number): Partial<GuardRequest> => ({ ...http, brought: { how: "input_required", token: `invented ${round}`, said: "accepted" } });

  test.each<readonly [string, string, Readonly<Record<string, unknown>>, string]>([
    ["is allowed", "stamp_book", { book: "history/rome" }, "allowed"],
    ["is refused", "read_book", { book: "atlas/europe" }, "path.outside_root"],
    ["does not exist", "burn_book", {}, "tool.unknown"],
  ])("makes no other call of one that %s (B2, B3)", async (_name, tool, args, first) => {
    const guard = await libraryGuard(policyOf("loops: { identical: 3/day }"));
    const codesSeen: string[] = [];
    for (let round = 0; round < 5; round += 1) codesSeen.push(refusalOf(await guard.call(ada, tool, args, invented(round)))?.code ?? "allowed");
    expect(codesSeen).toEqual([first, first, first, "budget.loop", "budget.loop"]);
  });
});

describe("the same call over and over, where the policy says nothing of it", () => {
  const stopped: readonly (readonly [string, Call, first: string])[] = [
    ["takes from a budget, over stdio", ["read_book", { book: "rare/first" }], "allowed"],
    ["takes from a budget, over HTTP", ["read_book", { book: "rare/first" }, http], "allowed"],
    ["is refused, over HTTP", ["read_book", { book: "atlas/europe" }, http], "path.outside_root"],
    ["has arguments that are refused, over HTTP", ["read_book", { bok: "history/rome" }, http], "input.invalid"],
    ["is of a tool that does not exist, over HTTP", ["burn_book", {}, http], "tool.unknown"],
    ["is of a tool that others have, over HTTP", ["linger", {}, http], "tool.unknown"],
    ["changes something, over HTTP", ["stamp_book", { book: "history/rome" }, http], "allowed"],
  ];
  test.each(stopped)("is stopped after 60 if it %s (B2, E6)", async (_name, call, first) => {
    const guard = await libraryGuard(policyOf(""));
    expect(await codes(guard, ada, 70, ...call)).toEqual({ [first]: 60, "budget.loop": 10 });
    const denied = refusalOf(await guard.call(ada, ...call));
    expect(denied).toMatchObject({ code: "budget.loop", rule: "loop:identical", retryAfterMs: expect.any(Number), receipt: expect.any(Object) });
    expect(denied?.retryAfterMs).toBeLessThanOrEqual(5000);
    expect(guard.opened).toHaveLength(first === "allowed" ? 60 : 0);
    const records = guard.records();
    expect(records).toHaveLength(71);
    expect(records.at(-1)).toMatchObject({
      principal: "ada",
      tool: call[0],
      decision: "deny",
      code: "budget.loop",
      rule: "loop:identical",
      outcome: "denied",
      cost: 0,
    });
    // another call of the same caller, and the same call of another one
    expect(await codes(guard, ada, 1, "read_book", { book: "history/rome" }, call[2])).toEqual({ allowed: 1 });
    expect(await codes(guard, bob, 1, ...call)).toEqual({ [first]: 1 });
  });

  const free: readonly (readonly [string, Call, first: string])[] = [
    ["reads its own files, over stdio", ["read_book", { book: "history/rome" }], "allowed"],
    ["reads its own files, over HTTP", ["read_book", { book: "history/rome" }, http], "allowed"],
    ["is refused, over stdio", ["read_book", { book: "atlas/europe" }], "path.outside_root"],
    ["changes something, over stdio", ["stamp_book", { book: "history/rome" }], "allowed"],
  ];
  test.each(free)("is its caller's own business if it %s", async (_name, call, first) => {
    const guard = await libraryGuard(policyOf(""));
    expect(await codes(guard, ada, 150, ...call)).toEqual({ [first]: 150 });
  });

  test("is stopped alike for a tool that is hidden and one that is not there (P3)", async () => {
    const guard = await libraryGuard(policyOf(""));
    const shown = async (tool: string): Promise<string> => {
      await codes(guard, ada, 61, tool, {}, http);
      const answer = JSON.stringify(await guard.call(ada, tool, {}, http));
      return answer.replaceAll(/"(call|log)":"[^"]+"|"(index|retryAfterMs)":\d+|about \d s/g, "").replaceAll(tool, "tool");
    };
    expect(await shown("linger")).toBe(await shown("burn_book"));
  });
});

describe("loops of a policy", () => {
  test("hold for every call, over either transport, whatever the order of its arguments (B2)", async () => {
    const guard = await libraryGuard(policyOf("loops: { identical: 3/minute }"));
    const [one, other] = [{ book: "history/rome", loud: true } as const, { loud: true, book: "history/rome" } as const];
    expect(await codes(guard, ada, 2, "read_book", one)).toEqual({ allowed: 2 });
    expect(await codes(guard, ada, 3, "read_book", other)).toEqual({ allowed: 1, "budget.loop": 2 });
    expect(await codes(guard, ada, 1, "read_book", { book: "history/rome", loud: false })).toEqual({ allowed: 1 });
    expect(await codes(guard, bob, 5, "read_book", { book: "atlas/europe" })).toEqual({ "path.outside_root": 3, "budget.loop": 2 });
  });

  test("stop who goes back and forth between two calls (B2)", async () => {
    const guard = await libraryGuard(policyOf("loops: { identical: 10/minute }"));
    const met: unknown[] = [];
    for (let round = 0; round < 16; round += 1)
      met.push(refusalOf(await guard.call(ada, "read_book", { book: round % 2 === 0 ? "history/rome" : "atlas/a" }))?.rule);
    const first = met.indexOf("loop:cycle");
    expect(first).toBeGreaterThan(10);
    expect(met.slice(first)).toEqual(met.slice(first).map(() => "loop:cycle"));
    expect(await codes(guard, ada, 1, "read_book", { book: "history/athens" })).toEqual({ allowed: 1 });
  });

  test("that are off stop nobody", async () => {
    const guard = await libraryGuard(policyOf("loops: off"));
    expect(await codes(guard, ada, 100, "read_book", { book: "rare/first" }, http)).toEqual({ allowed: 100 });
    expect(await codes(guard, ada, 100, "burn_book", {}, http)).toEqual({ "tool.unknown": 100 });
  });
});
