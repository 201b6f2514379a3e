import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEvidence, readCalls } from "@postern/evidence";
import { parsePolicy, type Principal } from "@postern/policy";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGuard, createRedactor, serverShape, type Answer, type Guard, type GuardRequest, type Limits } from "../src/index.ts";
import type { Asking } from "../src/asking.ts";
import { createLibrary, type Library } from "./shelf.ts";

const ada: Principal = { id: "ada", tenant: "default", proof: "stdio" };
const bob: Principal = { id: "bob", tenant: "default", proof: "stdio" };
const source = (more: string, calls: string): string => `version: 1
${more}principals:
  - { id: ada, stdio: true }
  - { id: bob, stdio: true }
routes:
  - { id: vault, server: shelf, principals: [ada, bob], tools: [read_book, read_books], targets: { shelves: [vault] }, approval: required, budget: { owner: ada, calls: ${calls} } }
  - { id: open, server: shelf, principals: [bob], tools: [read_book], targets: { shelves: [open] } }
`;

interface Bench {
  readonly library: Library;
  readonly guard: Guard;
  readonly file: string;
  read(asking: Asking, over?: Partial<GuardRequest>): Promise<Answer>;
}

async function bench(limits: Partial<Limits> = {}, more = "", calls = "1/hour"): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), "postern-approval-"));
  const file = join(directory, "evidence.db");
  const library = createLibrary();
  const log = await openEvidence({ file, server: "shelf" });
  const policy = parsePolicy(source(more, calls), "postern.yaml", [serverShape(library.server)]);
  const guard = createGuard({ definition: library.server, policy, log, redactor: createRedactor, home: directory, base: directory, own: [], limits });
  onTestFinished(async () => {
    await guard.close();
    await log.close();
    rmSync(directory, { recursive: true, force: true });
    expect(library.held).toEqual(new Set());
  });
  const base = { claimed: "ada", transport: "stdio", endpoint: "tools/call", protocol: null, client: null, tool: "read_book", bytesIn: 10 } as const;
  const digest = { bytes: 2, sha256: "0".repeat(64) };
  return {
    library,
    guard,
    file,
    read: (asking, over = {}) =>
      guard.call({ ...base, principal: ada, digest, arguments: { book: "vault/will" }, signal: new AbortController().signal, asking, ...over }),
  };
}

/** A human who says nothing until the question is taken back. */
function silent(seen: () => void = () => undefined): Asking {
  return {
    how: "elicitation",
    ask: (_question, signal) => {
      seen();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("taken back")), { once: true }));
    },
  };
}

function saying(answer: unknown, seen: (message: string) => void = () => undefined): Asking {
  return {
    how: "elicitation",
    async ask({ message }) {
      seen(message);
      return answer;
    },
  };
}

const yes = { action: "accept", content: { approve: true } };

function codeOf(answer: Answer): unknown {
  const meta = answer.form === "error" ? {} : (answer.result._meta as Record<string, { code?: string; rule?: string }>);
  return meta["dev.postern/denial"]?.code ?? meta["dev.postern/failure"]?.code ?? "allowed";
}

describe("a question to a human (B3)", () => {
  test("holds no target, no place and no budget while it waits", async () => {
    const { library, file, read } = await bench({ running: 1, waiting: 0 });
    const during: unknown[] = [];
    const answer = await read(
      saying(yes, () =>
        during.push(
          [...library.held],
          [...library.opened],
          readCalls(file, {}).map(({ outcome, budget }) => [outcome, budget]),
        ),
      ),
    );
    expect(during).toEqual([[], [], [["ok", []]]]);
    expect(codeOf(answer)).toBe("allowed");
    expect(library.opened).toEqual(["vault/will"]);
    expect(readCalls(file, {}).map(({ budget }) => budget.length)).toEqual([0, 1]);
  });

  test("that nobody answers in time is a no", async () => {
    const { library, file, read } = await bench({ approvalMs: 30 });
    expect(codeOf(await read(silent()))).toBe("approval.declined");
    expect(library.opened).toEqual([]);
    expect(readCalls(file, {}).at(-1)).toMatchObject({
      decision: "deny",
      rule: "approval:timed-out",
      approval: expect.stringMatching(/^timed-out:elicitation:/),
    });
  });

  test("that its client cannot put is a no", async () => {
    const { library, file, read } = await bench();
    expect(codeOf(await read({ how: "elicitation", ask: () => Promise.reject(new Error("gone")) }))).toBe("approval.declined");
    expect([library.opened, readCalls(file, {}).at(-1)?.rule]).toEqual([[], "approval:cancelled"]);
  });

  test("is not put about a call that its budget does not give, and takes none of it: another call may use it up meanwhile (B2)", async () => {
    const { library, file, read } = await bench();
    let asked = 0;
    const answers = await Promise.all([read(saying(yes, () => (asked += 1))), read(saying(yes, () => (asked += 1)))]);
    expect(answers.map((answer) => String(codeOf(answer))).toSorted()).toEqual(["allowed", "budget.exhausted"]);
    expect([asked, library.opened]).toEqual([2, ["vault/will"]]);
    expect(codeOf(await read(saying(yes, () => (asked += 1))))).toBe("budget.exhausted");
    expect([asked, library.opened]).toEqual([2, ["vault/will"]]);
    expect(readCalls(file, {}).at(-1)).toMatchObject({ code: "budget.exhausted", approval: null });
  });

  test("is one with its yes for who counts calls, and a loop does not take a yes away (B2)", async () => {
    const { library, read, file } = await bench({}, "loops: { identical: 2/hour }\n", "10/hour");
    const over = { transport: "http" } as const;
    let asked = 0;
    const asking = saying(yes, () => (asked += 1));
    // The third call is one too many, while it is asked; the second had its yes all the same.
    for (const code of ["allowed", "allowed", "budget.loop", "budget.loop"]) expect(codeOf(await read(asking, over))).toBe(code);
    expect([asked, library.opened.length]).toEqual([2, 2]);
    expect(readCalls(file, {}).map(({ rule }) => rule)).toEqual([
      "approval:vault",
      "route:vault",
      "approval:vault",
      "route:vault",
      "loop:identical",
      "loop:identical",
    ]);
  });

  test("that waits when its call begins to cool down can still be answered with a yes, and what is no yes is counted", async () => {
    const { library, read } = await bench({}, "loops: { identical: 2/hour }\n", "10/hour");
    const later: Asking = { how: "input_required" };
    const first = await read(later);
    if (first.form !== "result" || first.question === undefined) throw new Error("nothing was asked");
    const brought = { how: "input_required", token: first.question.requestState, said: "accepted" } as const;
    for (const code of ["approval.required", "budget.loop"]) expect(codeOf(await read(later))).toBe(code);
    expect(codeOf(await read(later, { brought }))).toBe("allowed");
    expect(library.opened).toEqual(["vault/will"]);
    for (const code of ["approval.replayed", "budget.loop"]) expect(codeOf(await read(later, { brought }))).toBe(code);
    const invented = { ...brought, token: "invented" };
    for (const code of ["approval.mismatch", "approval.mismatch", "budget.loop"]) expect(codeOf(await read(later, { brought: invented }))).toBe(code);
  });

  test("that nobody can be asked is no reason to resolve anything, where every card of the tool asks one", async () => {
    const { library, read } = await bench();
    const nobody: Asking = { how: "none", lacks: "nobody is here" };
    const diary = { arguments: { book: "vault/diary" } };
    expect(codeOf(await read(nobody, diary))).toBe("approval.required");
    expect(codeOf(await read(silent(), diary))).toBe("path.protected");
    expect(codeOf(await read(nobody, { arguments: { book: "open/diary" }, principal: bob }))).toBe("path.protected");
    expect(codeOf(await read(nobody, { principal: bob }))).toBe("approval.required");
    expect(codeOf(await read(nobody, { arguments: { book: "open/rome" }, principal: bob }))).toBe("allowed");
    expect(library.opened).toEqual(["open/rome"]);
  });

  test("is bounded for each caller, and one who has many open keeps nobody else from asking", async () => {
    const { read, guard } = await bench({ questions: 2 });
    let open = 0;
    const asking = silent(() => (open += 1));
    const waiting = [read(asking), read(asking)];
    await expect.poll(() => open).toBe(2);
    expect(codeOf(await read(asking))).toBe("limit.busy");
    const bobs = read(asking, { principal: bob });
    await expect.poll(() => open).toBe(3);
    guard.withdraw("server-ended");
    expect((await Promise.all([...waiting, bobs])).map(codeOf)).toEqual(Array.from({ length: 3 }, () => "approval.declined"));
  });

  test("for twenty calls at once asks no more than the bound, and refuses the rest before anything is looked at", async () => {
    const { read, guard, file } = await bench({ questions: 3 });
    let open = 0;
    const all = Array.from({ length: 20 }, () => read(silent(() => (open += 1))));
    await expect.poll(() => readCalls(file, { code: "limit.busy" }).length).toBe(17);
    expect(open).toBe(3);
    guard.withdraw("server-ended");
    await Promise.all(all);
  });

  test("of the 2026 era is the answer; the yes comes with another call, under the same card and for the same target", async () => {
    const { library, read } = await bench();
    const later: Asking = { how: "input_required" };
    const first = await read(later);
    if (first.form !== "result" || first.question === undefined) throw new Error("nothing was asked");
    // Whoever knows nothing of questions shows a refusal.
    expect(codeOf(first)).toBe("approval.required");
    const token = first.question.requestState;
    const brought = { how: "input_required", token, said: "accepted" } as const;
    expect(codeOf(await read(later, { brought, arguments: { book: "vault/deed" } }))).toBe("approval.mismatch");
    expect(codeOf(await read(later, { brought, principal: bob }))).toBe("approval.mismatch");
    expect(codeOf(await read(later, { brought, digest: { bytes: 2, sha256: "1".repeat(64) } }))).toBe("approval.mismatch");
    expect(library.opened).toEqual([]);
    expect(codeOf(await read(later, { brought }))).toBe("allowed");
    expect(codeOf(await read(later, { brought }))).toBe("approval.replayed");
    expect(library.opened).toEqual(["vault/will"]);
  });

  test("names every target of a list, also the refused ones", async () => {
    const { read } = await bench();
    const seen: string[] = [];
    await read(
      saying({ action: "decline" }, (message) => seen.push(message)),
      { tool: "read_books", arguments: { books: ["vault/will", "vault/diary", "vault/\u202eeteled"] } },
    );
    expect(seen).toHaveLength(1);
    for (const shown of ['"vault/will"', 'refused and left out): "vault/diary"', '"vault/\\u{202e}eteled"', "    card       vault"])
      expect(seen[0]).toContain(shown);
  });

  test("looks like no other: what a caller wrote stands indented, on lines of its own", async () => {
    const { read } = await bench();
    const seen: string[] = [];
    const forged = "x\n\nAllow this call? Nothing has happened yet.\n\n    tool       harmless (read)";
    await read(
      saying({ action: "decline" }, (message) => seen.push(message)),
      { arguments: { book: "vault/will", nested: { forged, more: "y".repeat(300) } } },
    );
    const own = (seen[0] ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("    "));
    expect(own).toEqual(["Allow this call? Nothing has happened yet.", expect.stringMatching(/^argument nested, \d+ bytes, SHA-256 [0-9a-f]{64}:$/)]);
    expect((seen[0] ?? "").match(/^ {4}tool /gm)).toHaveLength(1);
  });

  test("tells what is too long to read by its size and digest, and shows no half of it", async () => {
    const { read } = await bench();
    const seen: string[] = [];
    await read(
      saying({ action: "decline" }, (message) => seen.push(message)),
      { arguments: { book: "vault/will", nested: "z".repeat(5_000) } },
    );
    expect(seen[0]).toMatch(/^argument nested, too long to show: 5000 bytes, SHA-256 [0-9a-f]{64}$/m);
    expect(seen[0]).not.toContain("zz");
  });
});
