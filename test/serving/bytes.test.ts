import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { startHttpServer, tree, type Answer, type HttpServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import { expect } from "../expect.ts";
import { answer, rawHost, type RawHost } from "../fetch-write/origins.ts";
import { readerBin, senderBin, writerBin } from "../subjects.ts";
import { writePolicy } from "./callers.ts";
import { round } from "./rounds.ts";

let files: Tree;
let origin: RawHost;

beforeAll(async () => {
  files = tree({ "root/": true, "policies/": true });
  writeFileSync(files.at("root/large"), Buffer.alloc(2_000_000, 65));
  writeFileSync(files.at("root/half"), Buffer.alloc(600_000, 65));
  writeFileSync(files.at("root/page"), "z".repeat(128_000));
  origin = await rawHost("127.0.0.84", (_, socket) => socket.end(answer("500 Broken", "x".repeat(200 * 1024), ["content-type: text/plain"])));
});
afterAll(async () => {
  files.remove();
  await origin[Symbol.asyncDispose]();
});

let policies = 0;

/** Two servers of one policy that share their evidence; `ada` and `bob` may do all that the card gives, on one budget of bytes. */
async function twoServers(bin: string, server: string, bytes: string, targets: string): Promise<readonly [HttpServer, HttpServer]> {
  const folder = files.at(`policies/${(policies += 1)}`);
  mkdirSync(folder);
  const card = `{ id: all, server: ${server}, principals: [ada, bob], tools: "*", targets: ${targets}, budget: { owner: team, bytes: ${bytes} } }`;
  const policy = writePolicy(folder, [{ id: "ada" }, { id: "bob" }], [card], "loops: off\n");
  const evidence = `${folder}/evidence.db`;
  const started = await Promise.all([startHttpServer({ bin, policy, evidence }), startHttpServer({ bin, policy, evidence })]);
  onTestFinished(async () => void (await Promise.all(started.map((each) => each.close()))));
  return started;
}

const inRoot = (): string => `{ roots: [ { path: ${JSON.stringify(files.at("root"))} } ] }`;

async function call(server: HttpServer, principal: string, tool: string, input: Readonly<Record<string, unknown>>): Promise<Answer> {
  return (await round(server, { principal, tool, input })).answer;
}

interface Meta {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** What an answer says of why, and of when to come back. */
function refusalOf({ raw }: Answer): Meta | undefined {
  const { _meta } = raw as { readonly _meta?: Readonly<Record<string, Meta>> };
  return _meta?.["dev.postern/denial"] ?? _meta?.["dev.postern/failure"];
}

function told(answers: readonly Answer[]): number {
  return answers.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}

describe("a budget of bytes, under two servers (B2)", () => {
  test("refuses a copy that it has too little for before anything is copied, and holds up nobody else (E6)", async () => {
    const [one, other] = await twoServers(writerBin, "filesystem-write", "1MB/day", inRoot());
    const never = await call(one, "ada", "copy_file", { source: "large", destination: "never" });
    expect(never).toDenyWith("budget.exhausted");
    expect(refusalOf(never)).toMatchObject({ message: expect.stringContaining("more than the whole of the card's budget of bytes") });
    expect(refusalOf(never)?.retryAfterMs).toBeUndefined();
    const copies = await Promise.all(
      Array.from({ length: 6 }, (_, place) => call(place % 2 === 0 ? one : other, "ada", "copy_file", { source: "half", destination: `copy-${place}` })),
    );
    expect(copies.filter((each) => refusalOf(each) === undefined)).toHaveLength(1);
    const made = readdirSync(files.at("root")).filter((name) => name.startsWith("copy-") || name === "never");
    expect(made.map((name) => statSync(files.at(`root/${name}`)).size)).toEqual([600_000]);
    for (const each of copies.filter((copy) => refusalOf(copy) !== undefined)) {
      expect(each).toDenyWith("budget.exhausted");
      // 200,000 bytes and a little come back in less than five hours
      expect(refusalOf(each)?.retryAfterMs).toBeLessThan(5 * 3_600_000);
    }
    expect(await call(other, "bob", "write_file", { path: "bobs", content: "hi" })).toAllow();
    expect(one.calls().filter(({ budget }) => budget.some(({ left }) => left < 0))).toEqual([]);
    for (const name of [...made, "bobs"]) rmSync(files.at(`root/${name}`));
  });

  test("refuses content that it has too little for before it is written (E6)", async () => {
    const [one] = await twoServers(writerBin, "filesystem-write", "100KB/day", inRoot());
    writeFileSync(files.at("root/kept"), "old\n");
    for (const [tool, input] of [
      ["write_file", { path: "kept", content: "n".repeat(120_000) }],
      ["append_file", { path: "kept", content: "n".repeat(120_000) }],
      ["edit_file", { path: "kept", edits: [{ oldText: "old", newText: "n".repeat(120_000) }] }],
    ] as const) {
      expect(await call(one, "ada", tool, input)).toDenyWith("budget.exhausted");
    }
    expect(statSync(files.at("root/kept")).size).toBe(4);
    rmSync(files.at("root/kept"));
  });

  test("holds back what a host says of a failure, as it does an answer: no more goes out than there is (E6)", async () => {
    const called = `internal: { networks: [127.0.0.0/8], ports: [${origin.port}] }, calls: { ask: { description: Asks the host., method: POST, url: "http://127.0.0.84:${origin.port}/" } }`;
    const [one, other] = await twoServers(senderBin, "fetch-write", "500KB/day", `{ ${called} }`);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, place) => call(place % 2 === 0 ? one : other, "ada", "ask", {})));
    const whole = answers.filter(({ text }) => text.includes("xxxx"));
    expect(whole).toHaveLength(2);
    expect(told(whole)).toBeLessThan(500_000);
    for (const each of answers.filter((failed) => !whole.includes(failed))) {
      expect(each.failure?.code ?? each.denial?.code).toMatch(/^(?:net\.status|budget\.exhausted)$/);
      expect(each.text.length).toBeLessThan(400);
    }
    const records = one.calls({ tool: "ask", outcome: "failed" });
    expect(records).toHaveLength(origin.requests.length);
    expect(records.every(({ failure, changes }) => failure === "net.status" && changes.length === 1)).toBe(true);
    const out = records.reduce((sum, { bytes_out }) => sum + (bytes_out ?? 0), 0);
    expect([out > 2 * 200 * 1024, out < 500_000]).toEqual([true, true]);
    expect(records.every(({ budget }) => budget.every(({ left }) => left >= 0))).toBe(true);
  });

  test("is answered to the full by reads that come at once, and never beyond; who is held back is told when (E6)", async () => {
    const [one, other] = await twoServers(readerBin, "filesystem-read", "600KB/day", inRoot());
    const started = Date.now();
    const answered: Answer[] = [];
    for (let again = 0; again < 3; again += 1) {
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, place) => call(place % 2 === 0 ? one : other, "ada", "read_text_file", { path: "page" })),
      );
      answered.push(...answers.filter((each) => refusalOf(each) === undefined));
      for (const each of answers.map(refusalOf)) {
        if (each === undefined) continue;
        expect(each).toMatchObject({ code: "budget.exhausted", retryAfterMs: expect.any(Number) });
        // the whole of the page, and nothing of what is there already is waited for
        expect(each.retryAfterMs).toBeLessThan((130_000 / 600_000) * 86_400_000);
      }
    }
    const refilled = ((Date.now() - started) * 600_000) / 86_400_000;
    expect(answered).toHaveLength(4);
    expect(told(answered)).toBeLessThanOrEqual(600_000 + refilled);
    const last = one
      .calls()
      .at(-1)
      ?.budget.find(({ resource }) => resource === "bytes");
    // nothing of what was held back is charged but the messages that asked for it
    expect(last?.left).toBeGreaterThan(50_000);
    expect(one.calls({ outcome: "failed" }).every(({ bytes_out, budget }) => bytes_out === 0 && (budget[0]?.taken ?? 0) < 1000)).toBe(true);
  });

  test("says of a read that is larger than all of it that it never fits", async () => {
    const [one] = await twoServers(readerBin, "filesystem-read", "100KB/second", inRoot());
    const never = await call(one, "ada", "read_text_file", { path: "page" });
    expect(refusalOf(never)).toMatchObject({ code: "budget.exhausted", message: expect.stringContaining("more than the whole budget ever gives") });
    expect(refusalOf(never)?.retryAfterMs).toBeUndefined();
  });

  test("serves who waits exactly as long as told, over and over, also beside another one who does", async () => {
    const [one, other] = await twoServers(readerBin, "filesystem-read", "200KB/second", inRoot());
    const served = async (server: HttpServer, who: string): Promise<readonly [number, number]> => {
      let [good, refused] = [0, 0];
      while (good < 4 && refused < 60) {
        const meta = refusalOf(await call(server, who, "read_text_file", { path: "page" }));
        if (meta === undefined) good += 1;
        else {
          refused += 1;
          await wait(meta.retryAfterMs ?? expect.unreachable("no time is told"));
        }
      }
      return [good, refused];
    };
    const results = await Promise.all([served(one, "ada"), served(other, "bob")]);
    for (const [good] of results) expect(good, JSON.stringify(results)).toBe(4);
  }, 30_000);
});
