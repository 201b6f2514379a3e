import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fetchBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";

let files: Tree;
let server: HttpServer;
let origin: Server;
/** Requests that the origin has not answered. */
let held: ServerResponse[];

beforeEach(async () => {
  held = [];
  origin = createServer((_request, response) => void held.push(response));
  await new Promise<void>((resolve) => void origin.listen(0, "127.0.0.91", resolve));
  const { port } = origin.address() as AddressInfo;
  files = tree({ "policy/": true });
  const card = `{ id: slow, server: fetch-read, principals: [ada], tools: "*", targets: { hosts: [127.0.0.91], robots: ignore, internal: { networks: [127.0.0.91/32], ports: [${port}] } } }`;
  server = await startHttpServer({ bin: fetchBin, policy: writePolicy(files.root, [{ id: "ada" }], [card]), evidence: files.at("evidence.db") });
});
afterEach(async () => {
  await server.close("SIGKILL");
  origin.closeAllConnections();
  origin.close();
  files[Symbol.dispose]();
});

function fetchSlowly() {
  const { port } = origin.address() as AddressInfo;
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "fetch", arguments: { url: `http://127.0.0.91:${port}/` } } };
  return server.send({ token: keyOf("ada"), body });
}
async function reached(): Promise<void> {
  await expect.poll(() => held.length, { timeout: 10_000 }).toBe(1);
}

describe("a server that is told to end", () => {
  test("lets the call that runs end, takes no new one, and ends cleanly (E2)", async () => {
    const running = fetchSlowly();
    await reached();
    server.process.kill("SIGTERM");
    await expect
      .poll(() =>
        server.send({ method: "GET", path: "/healthz" }).then(
          () => "taken",
          () => "refused",
        ),
      )
      .toBe("refused");
    held[0]?.writeHead(200, { "content-type": "text/plain" }).end("late, and whole\n");
    const answer = await running;
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining("late, and whole")]);
    expect(await server.process.exited).toEqual({ code: 0, signal: null });
    expect(server.calls().map(({ outcome }) => outcome)).toEqual(["ok"]);
  });

  test("twice ends at once, and the record says what became of the call (E2)", async () => {
    const running = fetchSlowly().catch(() => undefined);
    await reached();
    server.process.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.process.kill("SIGTERM");
    expect(await server.process.exited).toEqual({ code: 0, signal: null });
    await running;
    expect(server.calls().map(({ outcome, failure }) => [outcome, failure])).toEqual([["cancelled", "cancelled"]]);
  });

  test("by kill -9 leaves the call unfinished, and the next start says so (E2)", async () => {
    const running = fetchSlowly().catch(() => undefined);
    await reached();
    server.process.kill("SIGKILL");
    await running;
    await server.process.exited;
    expect(server.calls().map(({ decision, outcome }) => [decision, outcome])).toEqual([["allow", "unfinished"]]);
  });
});

test("a 2026-era client that goes away stops its call; one of 2025 has not cancelled anything (E2)", async () => {
  const { port } = origin.address() as AddressInfo;
  const url = `http://127.0.0.91:${port}/`;
  for (const [era, outcome] of [
    ["2026", "cancelled"],
    ["2025", "ok"],
  ] as const) {
    held = [];
    const client = await server.connect({ token: keyOf("ada"), era });
    const call = client.call("fetch", { url }).catch(() => undefined);
    await reached();
    await client.close();
    await call;
    if (era === "2025") held[0]?.writeHead(200, { "content-type": "text/plain" }).end("to nobody\n");
    await expect
      .poll(
        () =>
          server
            .calls()
            .filter(({ tool }) => tool === "fetch")
            .at(-1)?.outcome,
      )
      .toBe(outcome);
  }
});
