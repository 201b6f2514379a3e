import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fetchBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { heldOrigin, type HeldOrigin } from "./held-origin.ts";
import { written } from "./parity-table.ts";

const patient = { timeout: 10_000 };
let files: Tree;
let origin: HeldOrigin;
let server: HttpServer;

beforeEach(async () => {
  files = tree({ "policy/": true });
  origin = await heldOrigin();
  const card = `{ id: web, server: fetch-read, principals: [ada, bob], tools: "*", targets: ${origin.targets} }`;
  server = await startHttpServer({ bin: fetchBin, policy: writePolicy(files.at("policy"), [{ id: "ada" }, { id: "bob" }], [card]) });
});
afterEach(async () => {
  origin?.release();
  await server?.close();
  await origin?.[Symbol.asyncDispose]();
  files?.remove();
});

/** Sends a call and goes away when the signal says so. Padding is white space around the message. */
function call(era: "2025" | "2026", { signal, padding = 0 }: { readonly signal: AbortSignal; readonly padding?: number }): Promise<number> {
  const { headers, body } = written(era, { method: "tools/call", params: { name: "fetch", arguments: { url: origin.url } } }, 1);
  const all = { "content-type": "application/json", authorization: `Bearer ${keyOf("ada")}`, ...Object.fromEntries(headers) };
  return fetch(server.url, { method: "POST", headers: all, body: `${JSON.stringify(body)}${" ".repeat(padding)}`, signal }).then(
    ({ status }) => status,
    () => 0,
  );
}

test("who closes the stream of the 2026 era cancels the call (E2)", async () => {
  const leaving = new AbortController();
  const status = call("2026", { signal: leaving.signal });
  await expect.poll(() => origin.waiting(), patient).toBe(1);
  leaving.abort();
  expect(await status).toBe(0);
  await expect.poll(() => origin.waiting(), patient).toBe(0);
  await expect.poll(() => server.calls().at(-1), patient).toMatchObject({ tool: "fetch", decision: "allow", outcome: "cancelled" });
});

test("who goes away in the 2025 era cancels nothing: the call goes on, and still counts as the caller's until it ends (E2, N5)", async () => {
  const leaving = new AbortController();
  const mebibytes9 = 9 * 1024 * 1024;
  const sent = Array.from({ length: 7 }, () => call("2025", { signal: leaving.signal, padding: mebibytes9 }));
  await expect.poll(() => origin.waiting(), patient).toBe(7);
  leaving.abort();
  expect(await Promise.all(sent)).toEqual([0, 0, 0, 0, 0, 0, 0]);

  const staying = new AbortController();
  const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  for (const id of ["ada", "bob", "ada"]) expect((await server.send({ token: keyOf(id), body: list })).status).toBe(200);
  expect(origin.waiting()).toBe(7);
  const large = `${JSON.stringify(list)}${" ".repeat(mebibytes9)}`;
  expect((await server.send({ token: keyOf("bob"), body: large })).status).toBe(200);
  await call("2025", { signal: staying.signal, padding: mebibytes9 });
  expect(server.calls({ principal: "ada" }).at(-1)).toMatchObject({ decision: "deny", code: "limit.busy", rule: "bytes-in-hand" });

  origin.release();
  await expect.poll(() => server.calls({ tool: "fetch" }).map(({ outcome }) => outcome), patient).toEqual(Array.from({ length: 7 }, () => "ok"));
  await expect.poll(async () => (await server.send({ token: keyOf("ada"), body: large })).status, patient).toBe(200);
});
