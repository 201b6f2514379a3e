import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEvidence, readCalls, EvidenceUnavailable, type EvidenceLog } from "@postern/evidence";
import { parsePolicy, type Principal } from "@postern/policy";
import { afterEach, describe, expect, it } from "vitest";
import { createGuard, createRedactor, serverShape, type Answer, type Guard, type GuardRequest, type Limits } from "../src/index.ts";
import { createLibrary, type Library } from "./shelf.ts";

const me: Principal = { id: "me", tenant: "default", proof: "stdio" };
const you: Principal = { id: "you", tenant: "acme", proof: "stdio" };
const nobody: Principal = { id: "stranger", tenant: "default", proof: "stdio" };

const cards = `
  - { id: history, server: shelf, principals: [me], tools: "*", targets: { shelves: [history] } }
  - { id: poems, server: shelf, principals: [me], tools: [read_book, read_books, stamp_book], targets: { shelves: [poems], stamp: allow } }
  - { id: yours, server: shelf, principals: [you], tools: [read_book], targets: { shelves: [atlas] } }
  - { id: empty, server: shelf, principals: [you], tools: [read_books], targets: { shelves: [] } }
  - { id: metered, server: shelf, principals: [me], tools: [read_book, list_shelves], targets: { shelves: [rare] }, budget: { owner: me, calls: 2/hour } }
  - { id: asked, server: shelf, principals: [me], tools: [read_book], targets: { shelves: [vault] }, approval: required }
`;

interface Bench {
  readonly library: Library;
  readonly guard: Guard;
  readonly file: string;
  call(tool: string, args?: Record<string, unknown>, over?: Partial<GuardRequest>): Promise<Answer>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function bench(options: { log?: (log: EvidenceLog) => EvidenceLog; limits?: Partial<Limits> } = {}): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), "postern-guard-"));
  const file = join(directory, "evidence.db");
  const library = createLibrary();
  const log = await openEvidence({ file, server: "shelf" });
  const source = `version: 1\nprincipals:\n  - { id: me, stdio: true }\n  - { id: you, tenant: acme, stdio: true }\nroutes:${cards}`;
  const guard = createGuard({
    definition: library.server,
    policy: parsePolicy(source, "postern.yaml", [serverShape(library.server)]),
    log: options.log?.(log) ?? log,
    redactor: createRedactor,
    home: directory,
    base: directory,
    own: [],
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  open.push(async () => {
    await guard.close();
    await log.close();
    rmSync(directory, { recursive: true, force: true });
    expect(library.held).toEqual(new Set());
  });
  return {
    library,
    guard,
    file,
    call: (tool, args = {}, over = {}) =>
      guard.call({
        principal: me,
        claimed: "me",
        transport: "stdio",
        endpoint: "tools/call",
        protocol: "2025-11-25",
        client: null,
        tool,
        arguments: args,
        digest: { bytes: 2, sha256: "0".repeat(64) },
        bytesIn: 100,
        signal: new AbortController().signal,
        ...over,
      }),
  };
}

function textOf(answer: Answer): string {
  if (answer.form === "error") return answer.error.message;
  const [part] = answer.result.content;
  return part?.type === "text" ? part.text : "";
}
function codeOf(answer: Answer): unknown {
  if (answer.form === "error") return answer.error.data["code"];
  const meta = answer.result._meta as Record<string, { code?: string }>;
  return meta["dev.postern/denial"]?.code ?? meta["dev.postern/failure"]?.code ?? "allowed";
}

const receipt = { index: expect.any(Number) };

describe("the guard", () => {
  it("allows a call that one card covers, and names its receipt (E1, E2)", async () => {
    const { call, library, file } = await bench();
    const answer = await call("read_book", { book: "history/rome" });
    expect(answer).toMatchObject({ form: "result", outcome: "allowed", result: { content: [{ type: "text", text: "pages of history/rome" }] } });
    const [record] = readCalls(file, {});
    expect(record).toMatchObject({ decision: "allow", route: "history", outcome: "ok", principal: "me", failure: null, bytes_in: 100, bytes_out: 21 });
    expect(answer.form === "result" && answer.result._meta["dev.postern/receipt"]).toMatchObject({ call: record?.call, index: record?.index });
    expect(library.opened).toEqual(["history/rome"]);
  });

  const denied: readonly (readonly [string, Principal | undefined, string, Record<string, unknown>, string, string])[] = [
    ["a sibling whose name starts with a shelf's name", me, "read_book", { book: "history-annex/rome" }, "path.outside_root", "shelf"],
    ["a shelf of another principal's card", me, "read_book", { book: "atlas/europe" }, "path.outside_root", "shelf"],
    ["a protected name", me, "read_book", { book: "history/diary" }, "path.protected", "protected:diary"],
    ["a call for a human's yes", me, "read_book", { book: "vault/will" }, "approval.required", "approval:asked"],
    ["a list of which no member is covered", me, "read_books", { books: ["atlas/a", "atlas/b"] }, "path.outside_root", "shelf"],
    ["an unknown argument", me, "read_book", { book: "history/rome", page: 1 }, "input.invalid", "unknown-argument"],
    ["a missing argument", me, "read_book", {}, "input.invalid", "schema"],
    ["an argument of another type", me, "read_book", { book: ["history/rome"] }, "input.invalid", "schema"],
    ["__proto__ as an argument", me, "read_book", JSON.parse('{"book":"history/rome","__proto__":{"x":1}}'), "input.invalid", "proto"],
    ["__proto__ deep inside", me, "read_book", JSON.parse('{"book":"history/rome","nested":{"a":[{"__proto__":1}]}}'), "input.invalid", "proto"],
    ["arguments that are nested too deep", me, "read_book", { book: "history/rome", nested: nest(40) }, "limit.input", "depth"],
    ["arguments with too many members", me, "read_book", { book: "history/rome", nested: Array.from({ length: 20_000 }, () => 0) }, "limit.input", "elements"],
    ["a target that cannot be resolved", me, "read_book", { book: "history/unresolvable" }, "policy.no_route", "resolve-failed"],
    ["a tool of another principal", you, "read_books", { books: ["atlas/a"] }, "tool.unknown", "policy.no_route"],
    ["a tool that nobody has", me, "burn_book", {}, "tool.unknown", "no-such-tool"],
    ["somebody without a card", nobody, "read_book", { book: "history/rome" }, "tool.unknown", "policy.empty"],
    ["nobody", undefined, "read_book", { book: "history/rome" }, "tool.unknown", "principal.unknown"],
  ];
  it.each(denied)("denies %s before its handler runs, and records it (E1, E3, F4, P2)", async (_name, principal, tool, args, code, rule) => {
    const { call, library, file } = await bench();
    const answer = await call(tool, args, { principal, claimed: "someone" });
    expect(codeOf(answer)).toBe(code);
    expect(library.opened).toEqual([]);
    expect(library.held.size).toBe(0);
    expect(readCalls(file, {})).toMatchObject([{ decision: "deny", code, rule, outcome: "denied", principal: principal?.id ?? "someone" }]);
    const shape =
      code === "tool.unknown"
        ? { form: "error", error: { code: -32602, data: { code, receipt } } }
        : {
            form: "result",
            outcome: "denied",
            result: { isError: true, _meta: { "dev.postern/denial": { code, rule, receipt } } },
          };
    expect(answer).toMatchObject(shape);
    expect(JSON.stringify(answer)).not.toContain("structuredContent");
    expect(JSON.stringify(answer)).not.toContain("/srv/secret");
  });

  it("never echoes a long name or value that it refuses", async () => {
    const { call } = await bench();
    for (const args of [{ book: "history/rome", ["k".repeat(5_000)]: 1 }, { book: "history/".padEnd(5_000, "v") }]) {
      const answer = await call("read_book", args);
      expect(codeOf(answer)).toBe("input.invalid");
      expect(JSON.stringify(answer).length).toBeLessThan(1_500);
    }
  });

  it("decides each member of a list on its own, by one card (F1, S1)", async () => {
    const { call, library, file } = await bench();
    const answer = await call("read_books", { books: ["history/rome", "history/diary", "atlas/a", "history/egypt"] });
    expect(textOf(answer)).toBe("pages of history/rome\nhistory/diary: path.protected\natlas/a: path.outside_root\npages of history/egypt");
    expect(library.opened).toEqual(["history/rome", "history/egypt"]);
    const [record] = readCalls(file, {});
    expect(record?.targets.map(({ argument, decision }) => [argument, decision])).toEqual([
      ["books[0]", "allow"],
      ["books[1]", "deny"],
      ["books[2]", "deny"],
      ["books[3]", "allow"],
    ]);
  });

  it("hides a tool that is off, and gives it by the one card that switches it on (P3, S3)", async () => {
    const { guard, call, library } = await bench();
    expect(guard.toolsFor(you).map(({ name }) => name)).toEqual(["read_book"]);
    expect(guard.toolsFor(undefined)).toEqual([]);
    expect(codeOf(await call("stamp_book", { book: "history/rome" }))).not.toBe("allowed");
    expect(library.opened).toEqual([]);
    expect(textOf(await call("stamp_book", { book: "poems/odes" }))).toBe("stamped pages of poems/odes");
  });

  it("lets client roots narrow and never widen (P2)", async () => {
    const { call, library } = await bench();
    expect(codeOf(await call("read_book", { book: "history/rome" }, { clientRoots: ["/poems"] }))).toBe("path.outside_root");
    expect(codeOf(await call("read_book", { book: "atlas/a" }, { clientRoots: ["/atlas"] }))).toBe("path.outside_root");
    expect(codeOf(await call("read_book", { book: "history/rome" }, { clientRoots: [] }))).toBe("path.outside_root");
    expect(library.opened).toEqual([]);
    expect(codeOf(await call("read_book", { book: "poems/odes" }, { clientRoots: ["/poems"] }))).toBe("allowed");
  });

  it("explains as it would decide, and does nothing (N3)", async () => {
    const { guard, library, file } = await bench();
    const explain = (book: string) => guard.explain({ principal: me, tool: "read_book", arguments: { book } });
    expect(await explain("history/rome")).toMatchObject({ decision: "allow", route: "history" });
    expect(await explain("atlas/a")).toMatchObject({ decision: "deny", code: "path.outside_root" });
    expect(await explain("vault/will")).toMatchObject({ decision: "allow", approval: "required" });
    const tried = await guard.explain({ principal: me, tool: "read_book", arguments: { book: "history/rome" }, trace: "tried" });
    expect(tried).toMatchObject({ decision: "allow", route: "history", trace: [] });
    expect((await explain("history/rome")).trace.length).toBeGreaterThan(0);
    expect(await guard.explain({ principal: you, tool: "read_books", arguments: {} })).toMatchObject({ decision: "deny", code: "tool.unknown" });
    expect([library.opened, [...library.held], readCalls(file, {})]).toEqual([[], [], []]);
  });

  it("denies every neighbor that is derived from the cards (N1, N3)", async () => {
    const { guard } = await bench();
    const neighbors = guard.neighbors();
    expect(neighbors.length).toBeGreaterThan(3);
    for (const { tool, principal, neighbor, argument } of neighbors) {
      const raw = tool === "read_books" ? [neighbor.raw] : neighbor.raw;
      const who = principal === "me" ? me : you;
      const told = await guard.explain({ principal: who, tool, arguments: { [argument ?? "book"]: raw, ...(tool === "linger" && { milliseconds: 1 }) } });
      expect(told.decision).toBe("deny");
      expect(neighbor.codes).toContain(told.code);
    }
  });
});

describe("a budget", () => {
  it("is taken with the decision, and its denial says when to come back (B1, B2, E4)", async () => {
    const { call, library, file } = await bench();
    for (let round = 0; round < 2; round += 1) expect(codeOf(await call("read_book", { book: "rare/first" }))).toBe("allowed");
    const answer = await call("read_book", { book: "rare/first" });
    expect(answer).toMatchObject({
      outcome: "denied",
      result: { _meta: { "dev.postern/denial": { code: "budget.exhausted", retryAfterMs: expect.any(Number) } } },
    });
    expect(library.opened).toHaveLength(2);
    expect(readCalls(file, { decision: "deny" })).toMatchObject([{ code: "budget.exhausted", quota_owner: "me", route: "metered" }]);
    expect(codeOf(await call("read_book", { book: "history/rome" }))).toBe("allowed");
  });

  it("is not charged for a denied call (E6)", async () => {
    const { call } = await bench();
    for (let round = 0; round < 5; round += 1) expect(codeOf(await call("read_book", { book: "rare/diary" }))).toBe("path.protected");
    expect(codeOf(await call("read_book", { book: "rare/first" }))).toBe("allowed");
  });
});

describe("evidence that cannot be written", () => {
  const failing = (log: EvidenceLog, which: "decide" | "settle", error: Error): EvidenceLog => ({
    origin: log.origin,
    decide: (...given) => (which === "decide" ? Promise.reject(error) : log.decide(...given)),
    foresee: (...given) => (which === "decide" ? Promise.reject(error) : log.foresee(...given)),
    settle: (...given) => (which === "settle" ? Promise.reject(error) : log.settle(...given)),
    close: () => log.close(),
  });
  const errors: readonly (readonly [string, Error])[] = [
    ["unavailable", new EvidenceUnavailable("disk full at /srv/secret")],
    ["broken in an unforeseen way", new TypeError("at /srv/secret")],
  ];

  it.each(errors)("(%s) at the decision stops the call before its handler (E2, S4)", async (_name, error) => {
    const { call, library } = await bench({ log: (log) => failing(log, "decide", error) });
    for (const [tool, book] of [
      ["read_book", "history/rome"],
      ["read_book", "atlas/a"],
    ] as const) {
      const answer = await call(tool, { book });
      expect(codeOf(answer)).toBe("evidence.unavailable");
      expect(JSON.stringify(answer)).not.toContain("/srv/secret");
    }
    expect(await call("burn_book")).toMatchObject({ form: "error", error: { code: -32602, data: { code: "evidence.unavailable" } } });
    expect(library.opened).toEqual([]);
  });

  it.each(errors)("(%s) at the outcome holds the content back and leaves the call unfinished (E2)", async (_name, error) => {
    const { call, library, file } = await bench({ log: (log) => failing(log, "settle", error) });
    const answer = await call("read_book", { book: "history/rome" });
    expect(answer).toMatchObject({ outcome: "failed", result: { _meta: { "dev.postern/failure": { code: "evidence.unavailable" } } } });
    expect(JSON.stringify(answer)).not.toMatch(/pages|srv/);
    expect(library.opened).toEqual(["history/rome"]);
    expect(readCalls(file, { unfinished: true })).toHaveLength(1);
  });
});

describe("a handler's end", () => {
  const cases: readonly (readonly [string, string, Record<string, unknown>, string, string])[] = [
    ["throws what it foresaw", "read_book", { book: "history/lost" }, "fs.not_found", "history/lost does not exist."],
    ["throws an error", "misbehave", { how: "throw" }, "internal", "The server failed in a way that it did not foresee."],
    ["throws a text", "misbehave", { how: "throw-text" }, "internal", "The server failed in a way that it did not foresee."],
    ["returns a bigint", "misbehave", { how: "bigint" }, "internal", "The server failed in a way that it did not foresee."],
    ["returns a cycle", "misbehave", { how: "cycle" }, "internal", "The server failed in a way that it did not foresee."],
    ["returns nothing", "misbehave", { how: "nothing" }, "internal", "The server failed in a way that it did not foresee."],
    [
      "returns too much",
      "misbehave",
      { how: "large", size: 5 * 1024 * 1024 },
      "limit.result",
      "The answer would be larger than 8388608 bytes; ask for less, or for a page of it.",
    ],
    ["takes too long", "linger", { book: "history/rome", milliseconds: 60_000 }, "deadline", "The call took longer than its deadline and was stopped."],
  ];
  it.each(cases)("that %s is a coded failure without its text, and recorded (E3, N5)", async (_name, tool, args, code, message) => {
    const { call, file } = await bench();
    const answer = await call(tool, args);
    expect(answer).toMatchObject({ outcome: "failed", result: { isError: true, _meta: { "dev.postern/failure": { code, message } } } });
    expect(JSON.stringify(answer)).not.toMatch(/secret|srv|\.ts/);
    expect(readCalls(file, {})).toMatchObject([{ decision: "allow", code: null, outcome: "failed", failure: code }]);
  });

  it("with data keeps the data, and tells what was withheld", async () => {
    const { call } = await bench();
    const answer = await call("misbehave", { how: "structured" });
    expect(answer).toMatchObject({ result: { structuredContent: { pages: ["a"] }, _meta: { "dev.postern/withheld": 3 } } });
  });

  it("that does not come is not waited for, and what it holds is let go only when it comes (E2)", async () => {
    const { call, library, guard } = await bench({ limits: { running: 1, waiting: 0 } });
    expect(codeOf(await call("linger", { book: "history/rome", milliseconds: 900, deaf: true }))).toBe("deadline");
    expect(library.held.size).toBe(1);
    expect(codeOf(await call("list_shelves"))).toBe("limit.busy");
    await guard.close("drain");
    expect(library.held.size).toBe(0);
  });
});

describe("calls at the same time", () => {
  it("run up to the limit, wait up to the next, and are denied limit.busy beyond (N5)", async () => {
    const { call, library } = await bench({ limits: { running: 2, waiting: 3 } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => call("linger", { book: "history/rome", milliseconds: 60 })));
    expect(answers.map((answer) => String(codeOf(answer))).toSorted(byText)).toEqual([
      ...Array.from({ length: 5 }, () => "allowed"),
      "limit.busy",
      "limit.busy",
      "limit.busy",
    ]);
    expect(library.opened).toHaveLength(5);
    expect(codeOf(await call("list_shelves"))).toBe("allowed");
  });

  it("stop when their caller cancels, running or waiting, with their records (E2)", async () => {
    const { call, library, file } = await bench({ limits: { running: 1, waiting: 1 } });
    const caller = new AbortController();
    const running = call("linger", { book: "history/rome", milliseconds: 60_000 }, { signal: caller.signal });
    const waiting = call("read_book", { book: "history/egypt" }, { signal: caller.signal });
    setTimeout(() => caller.abort(), 50);
    expect([codeOf(await running), codeOf(await waiting)]).toEqual(["cancelled", "limit.busy"]);
    expect(library.opened).toEqual(["history/rome"]);
    expect(
      readCalls(file, {})
        .map(({ outcome, rule }) => [outcome, rule])
        .toSorted(([one = ""], [other = ""]) => byText(one, other)),
    ).toMatchObject([
      ["cancelled", expect.any(String)],
      ["denied", "cancelled-while-waiting"],
    ]);
  });

  it("that were cancelled before they began never begin (E2)", async () => {
    const { call, library } = await bench();
    expect(codeOf(await call("read_book", { book: "history/rome" }, { signal: AbortSignal.abort() }))).toBe("cancelled");
    expect(library.opened).toEqual([]);
  });

  it("end with the guard, and their outcomes are written before it is closed (E2)", async () => {
    const { call, guard, file } = await bench();
    const running = call("linger", { book: "history/rome", milliseconds: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await guard.close();
    expect(readCalls(file, {})).toMatchObject([{ outcome: "cancelled" }]);
    expect(codeOf(await running)).toBe("cancelled");
  });

  it("that come after the guard was closed are denied (S4)", async () => {
    const { call, guard, library } = await bench();
    await guard.close();
    expect(codeOf(await call("read_book", { book: "history/rome" }))).not.toBe("allowed");
    expect(library.opened).toEqual([]);
  });
});

describe("redaction", () => {
  const secret = ["ghp", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].join("_");

  it("takes a secret out of an answer before it leaves, and says so (F2)", async () => {
    const { call, file } = await bench();
    const answer = await call("read_book", { book: `history/${secret}` });
    expect(textOf(answer)).not.toContain(secret);
    expect(answer).toMatchObject({ outcome: "allowed", result: { _meta: { "dev.postern/redactions": [{ count: 1, kind: expect.any(String) }] } } });
    expect(readCalls(file, {})).toMatchObject([{ redactions: [{ count: 1 }] }]);
  });
});

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
