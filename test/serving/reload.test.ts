import { startHttpServer, tree, type HttpClient, type HttpServer, type Tree } from "@postern/testing";
import { afterEach, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { fetchBin } from "../subjects.ts";
import { keyOf, writePolicy, type WrittenCaller } from "./callers.ts";
import { heldOrigin, type HeldOrigin } from "./held-origin.ts";
import { beginSession, inSession } from "./sessions.ts";

const patient = { timeout: 10_000 };
let files: Tree;
let origin: HeldOrigin;
let server: HttpServer;

const all: readonly WrittenCaller[] = [{ id: "ada" }, { id: "bob" }];
const card = (principals: string): string => `{ id: web, server: fetch-read, principals: [${principals}], tools: "*", targets: ${origin.targets} }`;

beforeEach(async () => {
  files = tree({ "policy/": true });
  origin = await heldOrigin();
  server = await startHttpServer({ bin: fetchBin, policy: writePolicy(files.at("policy"), all, [card("ada, bob")]) });
});
afterEach(async () => {
  origin?.release();
  await server?.close();
  await origin?.[Symbol.asyncDispose]();
  files?.remove();
});

/** Puts another policy in force. */
async function reload(callers: readonly WrittenCaller[], cards: readonly string[]): Promise<void> {
  const before = server.process.stderr.split("was reloaded").length;
  writePolicy(files.at("policy"), callers, cards);
  server.process.kill("SIGHUP");
  await expect.poll(() => server.process.stderr.split("was reloaded").length, patient).toBe(before + 1);
}

describe.each(["2025", "2026"] as const)("a client of the era %s, connected all along", (era) => {
  let ada: HttpClient;
  let bob: HttpClient;
  beforeEach(async () => {
    ada = await server.connect({ token: keyOf("ada"), era });
    bob = await server.connect({ token: keyOf("bob"), era });
  });
  afterEach(async () => {
    await ada?.close();
    await bob?.close();
  });

  test("whose card is taken away has the tool no more from its next request on; a call that is under way ends under the old policy (P3, P1)", async () => {
    expect(await ada.list()).toEqual(["fetch"]);
    const old = ada.call("fetch", { url: origin.url });
    await expect.poll(() => origin.waiting(), patient).toBe(1);

    await reload(all, [card("bob")]);
    expect(await ada.list()).toEqual([]);
    expect(await ada.call("fetch", { url: origin.url })).toBeUnknownTool();
    expect(await ada.call("fetch", {})).toBeUnknownTool();
    expect(origin.waiting()).toBe(1);
    expect(await bob.list()).toEqual(["fetch"]);

    origin.release();
    const answer = await old;
    expect(answer).toAllow();
    expect(answer.text).toContain("held until now");
    const calls = server.calls({ principal: "ada", tool: "fetch" });
    expect(calls).toMatchObject([
      { decision: "allow", outcome: "ok", route: "web" },
      { decision: "deny", code: "tool.unknown", rule: "policy.empty" },
      { decision: "deny", code: "tool.unknown", rule: "policy.empty" },
    ]);
    expect(calls[0]?.policy).not.toBe(calls[1]?.policy);
  });

  test("whose principal is taken away is nobody from its next request on, and the others are who they were (P2)", async () => {
    await reload([{ id: "bob" }], [card("bob")]);
    const before = server.calls({ code: "principal.unauthenticated" }).length;
    await expect(ada.list()).rejects.toThrow();
    await expect(ada.call("fetch", { url: origin.url })).rejects.toThrow();
    expect(server.calls({ code: "principal.unauthenticated" }).slice(before)).toMatchObject([{ rule: "key" }, { rule: "key" }]);
    expect(origin.waiting()).toBe(0);
    const call = bob.call("fetch", { url: origin.url });
    await expect.poll(() => origin.waiting(), patient).toBe(1);
    origin.release();
    expect(await call).toAllow();
  });

  test("who is given a card has the tool from its next request on", async () => {
    await reload(all, [card("bob")]);
    expect(await ada.list()).toEqual([]);
    await reload(all, [card("ada")]);
    expect(await ada.list()).toEqual(["fetch"]);
    expect(await bob.list()).toEqual([]);
  });
});

test("a session whose owner moved to another tenant is nobody's, also when the owner comes back (P1)", async () => {
  const session = await beginSession(server, "ada");
  await reload([{ id: "ada", tenant: "rival" }, { id: "bob" }], [card("ada, bob")]);
  expect((await inSession(server, session, { by: "ada", method: "tools/list" })).status).toBe(404);
  expect(server.calls().at(-1)).toMatchObject({ rule: "session", principal: "ada", tenant: "rival" });
  await reload(all, [card("ada")]);
  expect((await inSession(server, session, { by: "ada", method: "tools/list" })).status).toBe(404);
});

test("a policy that cannot be used changes nothing (S4)", async () => {
  const ada = await server.connect({ token: keyOf("ada"), era: "2026" });
  writePolicy(files.at("policy"), all, [card("nobody-of-that-name")]);
  server.process.kill("SIGHUP");
  await expect.poll(() => server.process.stderr, patient).toContain("was not reloaded");
  expect(await ada.list()).toEqual(["fetch"]);
  await ada.close();
});
