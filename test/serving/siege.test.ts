import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { openConnection } from "./raw-connection.ts";

let files: Tree;
let server: HttpServer;
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } };

beforeEach(async () => {
  files = tree({ "notes/a.txt": "text\n", "notes/large.txt": "a line of a large text\n".repeat(250_000) });
  const card = `{ id: notes, server: filesystem-read, principals: [ada, bob], tools: "*", targets: { roots: [ { path: ${files.at("notes")} } ] } }`;
  server = await startHttpServer({ bin: readerBin, policy: writePolicy(files.root, [{ id: "ada" }, { id: "bob" }], [card]) });
});
afterEach(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

/** Resident memory in MiB. */
function memory(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1]) / 1024;
}

async function bobIsServed(): Promise<void> {
  const asked = performance.now();
  expect((await server.send({ token: keyOf("bob"), body: call })).status).toBe(200);
  expect(performance.now() - asked).toBeLessThan(5_000);
}

const head = (more: string): string => `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${more}`;

describe("while somebody lays siege to the server, others are served (S5, N5)", () => {
  test("connections that say nothing, more than there may be", async () => {
    const idle = await Promise.all(Array.from({ length: 1_800 }, () => openConnection(server.port)));
    await bobIsServed();
    expect(memory()).toBeLessThan(400);
    for (const each of idle) each.destroy();
  });

  test("heads that never end are cut off in time, each with its record", async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, () => openConnection(server.port)));
    for (const each of slow) each.write(head("X-Slow: "));
    await bobIsServed();
    const said = await Promise.all(slow.map(({ ended }) => ended));
    expect(said.every((text) => text.startsWith("HTTP/1.1 408"))).toBe(true);
    expect(server.calls().filter(({ rule }) => rule === "http:ERR_HTTP_REQUEST_TIMEOUT")).toHaveLength(50);
  }, 40_000);

  test("heads with more than there may be in them", async () => {
    const flood = await Promise.all(Array.from({ length: 20 }, () => openConnection(server.port)));
    for (const each of flood) each.write(head(`X-Long: ${"x".repeat(64 * 1024)}\r\n\r\n`));
    expect((await Promise.all(flood.map(({ ended }) => ended))).every((text) => text.startsWith("HTTP/1.1 431"))).toBe(true);
    await bobIsServed();
    expect(server.calls().filter(({ code }) => code === "limit.input")).toHaveLength(20);
  });

  test("bodies without a proof are not read", async () => {
    const senders = await Promise.all(Array.from({ length: 50 }, () => openConnection(server.port)));
    const before = memory();
    for (const each of senders) each.write(head(`Content-Type: application/json\r\nContent-Length: ${10 * 1024 * 1024}\r\n\r\n${"x".repeat(1024 * 1024)}`));
    await bobIsServed();
    expect(memory() - before).toBeLessThan(150);
    for (const each of senders) each.destroy();
  });

  test("large bodies of one caller take that caller's room alone", async () => {
    const authorized = `Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\n`;
    const senders = await Promise.all(Array.from({ length: 30 }, () => openConnection(server.port)));
    for (const each of senders) each.write(head(`${authorized}Content-Length: ${9 * 1024 * 1024}\r\n\r\n${" ".repeat(8 * 1024 * 1024)}`));
    await expect.poll(() => server.calls().some(({ code }) => code === "limit.busy"), { timeout: 20_000 }).toBe(true);
    expect(server.calls().some(({ code, rule }) => code === "limit.busy" && rule === "bytes-in-hand")).toBe(true);
    await bobIsServed();
    expect(memory()).toBeLessThan(500);
    for (const each of senders) each.destroy();
  });

  test("large answers that nobody reads", async () => {
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "read_text_file", arguments: { path: files.at("notes/large.txt") } },
    });
    const request = head(`Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    const sockets = await Promise.all(Array.from({ length: 60 }, () => openConnection(server.port, "unread")));
    for (const each of sockets) each.write(request);
    await bobIsServed();
    await expect
      .poll(() => server.calls().filter(({ principal, outcome }) => principal === "ada" && outcome === "ok").length, { timeout: 20_000 })
      .toBeGreaterThan(12);
    await bobIsServed();
    expect(memory()).toBeLessThan(600);
    for (const each of sockets) each.destroy();
  });

  test("answers that nobody reads", async () => {
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const text = JSON.stringify(list);
    const request = head(`Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    const readers = await Promise.all(Array.from({ length: 20 }, () => openConnection(server.port)));
    for (const each of readers) each.write(request.repeat(50));
    await bobIsServed();
    expect(memory()).toBeLessThan(500);
    for (const each of readers) each.destroy();
  });
});

test("bytes that are no HTTP leave one record, and smuggle nothing (S5, E1)", async () => {
  const body = JSON.stringify(call);
  const authorized = `Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\n`;
  for (const bytes of [
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "GET\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    head(`${authorized}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`),
    head(`${authorized}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    head(`${authorized}Transfer-Encoding: identity, chunked, x\r\n\r\n${body}`),
    head(`${authorized}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}`),
    head(`${authorized}X: a\nY: b\r\n\r\n`),
    head(`${authorized}Content-Length : 5\r\n\r\nhello`),
  ]) {
    const before = server.calls().length;
    const connection = await openConnection(server.port);
    connection.write(bytes);
    expect(await connection.ended, JSON.stringify(bytes)).toMatch(/^HTTP\/1\.1 4/);
    const decisions = (): readonly string[] =>
      server
        .calls()
        .slice(before)
        .map(({ decision }) => decision);
    await expect.poll(decisions, { message: JSON.stringify(bytes) }).toEqual(["deny"]);
  }
});
