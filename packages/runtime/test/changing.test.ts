import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEvidence, readCalls } from "@postern/evidence";
import { Failure, LateDenial, parsePolicy, type Change, type Principal, type TargetRecord } from "@postern/policy";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createGuard, createRedactor, defineServer, listTool, one, serverShape, text, tool, type Guard, type ServerDefinition } from "../src/index.ts";
import { createLibrary } from "./shelf.ts";

const me: Principal = { id: "me", tenant: "default", proof: "stdio" };
const change: Change = { argument: "book", change: "replaced", after: { bytes: 1, sha256: "0".repeat(64) }, durable: true };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A server with one tool that changes a book in whatever way a test wants. */
async function changing(run: Parameters<typeof tool>[0]["run"], more: Partial<ServerDefinition["tools"][number]> = {}, card = "") {
  const directory = mkdtempSync(join(tmpdir(), "postern-changing-"));
  const file = join(directory, "evidence.db");
  const library = createLibrary();
  const kind = library.server.tools[0]?.targets.book.kind;
  const definition = defineServer({
    ...library.server,
    options: [{ key: "pace", values: ["quick", "slow"], description: "How fast." }],
    tools: [
      tool({
        name: "change",
        title: "Change",
        description: "Changes a book.",
        effect: "write",
        deadlineMs: 150,
        input: z.strictObject({ book: z.string(), kind: z.string().optional() }),
        targets: { book: one(kind, { argument: "book", access: "write", operation: "change" }) },
        run,
        ...more,
      }),
    ],
  });
  const log = await openEvidence({ file, server: "shelf" });
  const source = `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes: [{ id: card, server: shelf, principals: [me], tools: "*", targets: { shelves: [history], pace: slow } ${card} }]`;
  const guard: Guard = createGuard({
    definition,
    policy: parsePolicy(source, "postern.yaml", [serverShape(definition)]),
    log,
    redactor: createRedactor,
    home: directory,
    base: directory,
    own: [],
  });
  open.push(async () => {
    await guard.close();
    await log.close();
    rmSync(directory, { recursive: true, force: true });
    expect(library.held).toEqual(new Set());
  });
  const call = (signal = new AbortController().signal, input: object = {}) =>
    guard.call({
      principal: me,
      claimed: "me",
      transport: "stdio",
      endpoint: "tools/call",
      protocol: null,
      client: null,
      tool: "change",
      arguments: { book: "history/rome", ...input },
      digest: { bytes: 2, sha256: "0".repeat(64) },
      bytesIn: 100,
      signal,
    });
  return { guard, call, definition, records: () => readCalls(file, {}) };
}

const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("a call that changes something tells what became of it", () => {
  it("also where it failed after the change (E2, E3)", async () => {
    const { call, records } = await changing(() => {
      throw new Failure("fs.committed_not_durable", "It is there.", { changes: [change] });
    });
    expect(await call()).toMatchObject({ outcome: "failed", result: { isError: true } });
    expect(records()).toMatchObject([{ outcome: "failed", failure: "fs.committed_not_durable", changes: [change] }]);
  });

  it("also where its answer could not be sent", async () => {
    const { call, records } = await changing(() => ({ content: [], structuredContent: { value: 1n }, changes: [change] }));
    expect(await call()).toMatchObject({ outcome: "failed" });
    expect(records()).toMatchObject([{ outcome: "failed", failure: "internal", changes: [change] }]);
  });

  it("also where it ended after its deadline: it is waited for, and done is done", async () => {
    const { call, records } = await changing(async () => {
      await later(400);
      return { ...text("done"), changes: [change] };
    });
    expect(await call()).toMatchObject({ outcome: "allowed" });
    expect(records()).toMatchObject([{ outcome: "ok", failure: null, changes: [change] }]);
  });

  it("also where the disk never confirms it: what is visible is told, and is no mere deadline", { timeout: 30_000 }, async () => {
    const { call, records } = await changing(async ({ context }) => {
      context.visible([{ ...change, durable: false }]);
      await later(12_000);
      return text("done");
    });
    expect(await call()).toMatchObject({ outcome: "failed", result: { isError: true } });
    expect(records()).toMatchObject([{ outcome: "failed", failure: "fs.committed_not_durable", changes: [{ ...change, durable: false }] }]);
  });

  it("also where its caller cancelled too late", async () => {
    const cancelling = new AbortController();
    const { call, records } = await changing(async () => {
      await later(60);
      return { ...text("done"), changes: [change] };
    });
    const answer = call(cancelling.signal);
    await later(20);
    cancelling.abort();
    await answer;
    expect(records()).toMatchObject([{ outcome: "ok", changes: [change] }]);
  });

  it("and is cancelled where it stopped before", async () => {
    const cancelling = new AbortController();
    const { call, records } = await changing(async ({ context }) => {
      await later(60);
      context.signal.throwIfAborted();
      return text("done");
    });
    const answer = call(cancelling.signal);
    await later(20);
    cancelling.abort();
    expect(await answer).toMatchObject({ outcome: "failed" });
    expect(records()).toMatchObject([{ outcome: "cancelled", failure: "cancelled", changes: [] }]);
  });
});

describe("the class of a call", () => {
  it("is what the tool says of it, by input and by the card's options", async () => {
    const seen: unknown[] = [];
    const { call, records } = await changing(({ context }) => (seen.push(context.options), text("done")), {
      classify: ({ input, options }) =>
        (input as Record<string, unknown>)["kind"] === "look" ? { effect: "read" } : { effect: "irreversible", relaxed: options["pace"] === "slow" },
    });
    await call();
    await call(undefined, { kind: "look" });
    expect(records().map(({ effect }) => effect)).toEqual(["irreversible", "read"]);
    expect(seen).toEqual([{ pace: "slow" }, { pace: "slow" }]);
  });

  it("is the tool's own where it says nothing, and a denial has it too", async () => {
    const { call, records } = await changing(() => text("done"));
    await call();
    await call(undefined, { book: "elsewhere/rome" });
    expect(records().map(({ effect, decision }) => [effect, decision])).toEqual([
      ["write", "allow"],
      ["write", "deny"],
    ]);
  });
});

describe("budgets of bytes", () => {
  it("refuse what a write brings beyond all that there is, and say that waiting does not help (B2)", async () => {
    const { call, records } = await changing(() => text("done"), {}, ", budget: { owner: me, bytes: 50B/hour }");
    const answer = await call();
    expect(answer).toMatchObject({ outcome: "denied" });
    expect(JSON.stringify(answer)).toContain("make it smaller");
    expect(JSON.stringify(answer)).not.toMatch(/Infinity|retryAfterMs/);
    expect(records()).toMatchObject([{ code: "budget.exhausted", changes: [] }]);
  });

  it("hold back what a write has to tell beyond them, and let it say that it is done (B2, E4)", async () => {
    const { call, records } = await changing(() => ({ ...text("x".repeat(500)), changes: [change] }), {}, ", budget: { owner: me, bytes: 300B/hour }");
    const answer = await call();
    expect(answer).toMatchObject({ outcome: "allowed" });
    expect(JSON.stringify(answer)).not.toContain("xxx");
    expect(JSON.stringify(answer)).toContain("It is done.");
    expect(records()).toMatchObject([{ outcome: "ok", bytes_out: 0, changes: [change] }]);
  });
});

describe("what is said about a tool before it is called", () => {
  it("follows from its effect, and from what it declares to add or repeat", async () => {
    const hints = async (more: object) => {
      const { definition } = await changing(() => text("x"), more);
      const [made] = definition.tools;
      if (made === undefined) throw new Error("no tool");
      const { readOnlyHint, destructiveHint, idempotentHint } = listTool(made, definition).annotations;
      return [readOnlyHint, destructiveHint, idempotentHint];
    };
    expect(await hints({})).toEqual([false, true, false]);
    expect(await hints({ additive: true })).toEqual([false, false, false]);
    expect(await hints({ idempotent: true })).toEqual([false, true, true]);
    expect(await hints({ effect: "irreversible" })).toEqual([false, true, false]);
    expect(await hints({ effect: "read" })).toEqual([true, false, true]);
  });

  it("an explanation says what the call would do, from what stands at its targets, and nothing runs (N3)", async () => {
    let ran = 0;
    const { guard } = await changing(() => ((ran += 1), text("x")), {
      foresee: ({ input }) => ({ would: `change it ${String((input as Record<string, unknown>)["kind"])}`, fails: "fs.exists" }),
    });
    expect(await guard.explain({ principal: me, tool: "change", arguments: { book: "history/rome", kind: "so" } })).toMatchObject({
      decision: "allow",
      would: "change it so",
      fails: "fs.exists",
    });
    expect(await guard.explain({ principal: me, tool: "change", arguments: { book: "elsewhere/rome" } })).not.toHaveProperty("would");
    expect(ran).toBe(0);
  });
});

describe("what a call reached on its way is in the record of its outcome, however it ends (N2)", () => {
  const step = (raw: string, decision: "allow" | "deny"): TargetRecord => ({ kind: "book", argument: "book", raw, operation: "change", decision });
  const way = [step("history/first", "allow"), step("poems/second", "deny")];

  it.each([
    ["a result", () => text("done"), { outcome: "ok", failure: null }],
    [
      "a failure",
      () => {
        throw new Failure("net.status", "It failed.");
      },
      { outcome: "failed", failure: "net.status" },
    ],
    [
      "a denial that only its course could show",
      () => {
        throw new LateDenial("net.redirect", "It leads to another shelf.");
      },
      { outcome: "failed", failure: "net.redirect" },
    ],
    ["its deadline", () => later(400).then(() => text("too late")), { outcome: "failed", failure: "deadline" }],
  ] as const)("%s", async (_name, ending, expected) => {
    const { call, records } = await changing(
      ({ context }) => {
        for (const each of way) context.found(each);
        return ending();
      },
      { effect: "read" },
    );
    const answer = await call();
    expect(records()).toMatchObject([{ ...expected, decision: "allow", found: way }]);
    if (expected.outcome === "ok") expect(answer).toMatchObject({ result: { content: [{ text: "done" }] } });
    else expect(answer).toMatchObject({ result: { isError: true, _meta: { "dev.postern/failure": { code: expected.failure } } } });
    // It is for the operator: no answer tells where a call was led.
    expect(JSON.stringify(answer)).not.toContain("poems/second");
  });

  it("a handler that tells of it without end fills no memory and no record", async () => {
    const { call, records } = await changing(({ context }) => {
      for (let at = 0; at < 100_000; at += 1) context.found(step(`history/${at}`, "allow"));
      return text("done");
    });
    await call();
    const [record] = records();
    expect(record?.found.length).toBeLessThanOrEqual(256);
    expect(record).toMatchObject({ outcome: "ok" });
  });
});
