import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readerBin, writerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { openConnection } from "./raw-connection.ts";

let files: Tree;
let server: HttpServer;
afterEach(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

function start(bin: string, name: string): Promise<HttpServer> {
  files = tree({ "policy/": true, "notes/a.txt": "text\n" });
  const card = `{ id: notes, server: ${name}, principals: [ada, bob], tools: "*", targets: { roots: [ { path: ${files.at("notes")} } ] } }`;
  return startHttpServer({ bin, policy: writePolicy(files.at("policy"), [{ id: "ada" }, { id: "bob" }], [card]) });
}

function head(more: string, first = "POST /mcp HTTP/1.1"): string {
  return `${first}\r\nHost: 127.0.0.1:${server.port}\r\n${more}\r\n`;
}

function callOf(name: string, tool: string, args: object, more = ""): string {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: args } });
  const headers = `Authorization: Bearer ${keyOf(name)}\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}`;
  return head(headers) + body;
}

describe("requests that are sent without waiting for answers", () => {
  beforeEach(async () => {
    server = await start(writerBin, "filesystem-write");
  });
  const write = (file: string, more = ""): string => callOf("ada", "write_file", { path: files.at("notes", file), content: "x" }, more);

  test("a few come one after the other, each with its answer and its record", async () => {
    const connection = await openConnection(server.port);
    connection.write(write("1.txt") + write("2.txt") + write("3.txt", "Connection: close\r\n"));
    const said = await connection.ended;
    expect(said.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(["1.txt", "2.txt", "3.txt"].map((file) => existsSync(files.at("notes", file)))).toEqual([true, true, true]);
    expect(server.calls({ outcome: "ok" })).toHaveLength(3);
  });

  test("nothing is done of what comes behind an answer that ends the connection (RFC 9112 §9.6)", async () => {
    const connection = await openConnection(server.port);
    connection.write(head("", "GET /mcp HTTP/1.1") + write("behind.txt"));
    expect((await connection.ended).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 401"]);
    expect(existsSync(files.at("notes/behind.txt"))).toBe(false);
    expect(server.calls().map(({ code }) => code)).toEqual(["principal.unauthenticated"]);
  });

  test("bytes that are no request, behind one that is: it has its own answer, and they have their record", async () => {
    const connection = await openConnection(server.port);
    connection.write(`${write("before.txt")}no request at all\r\n\r\n`);
    expect((await connection.ended).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
    expect(existsSync(files.at("notes/before.txt"))).toBe(true);
    expect(server.calls().map(({ endpoint, outcome, code }) => [endpoint, outcome ?? code])).toEqual(
      expect.arrayContaining([
        ["tools/call", "ok"],
        ["unreadable", "denied"],
      ]),
    );
  });

  test("more than a few end the connection, and what was begun is on record", async () => {
    const connection = await openConnection(server.port);
    connection.write(Array.from({ length: 200 }, (_, at) => write(`${at}.txt`)).join(""));
    expect((await connection.ended).length).toBeLessThan(100_000);
    const done = Array.from({ length: 200 }, (_, at) => existsSync(files.at("notes", `${at}.txt`))).filter(Boolean).length;
    expect(done).toBeLessThanOrEqual(1);
    await expect.poll(() => server.calls({ outcome: "ok" }).length).toBe(done);
  });
});

describe("whoever sends as fast as the wire takes it keeps nobody out (S5, N5)", () => {
  beforeEach(async () => {
    server = await start(readerBin, "filesystem-read");
  });

  test.each([
    ["requests that need no proof", () => head("", "GET /healthz HTTP/1.1").repeat(2_000)],
    ["calls of a known caller", () => callOf("ada", "list_allowed_directories", {}).repeat(200)],
  ])(
    "%s",
    async (_name, burst) => {
      const bytes = Buffer.from(burst());
      const attack = new AbortController();
      // What ends one connection is followed by another one at once.
      const flood = Array.from({ length: 8 }, async () => {
        while (!attack.signal.aborted) await flooded(bytes);
      });
      const took: number[] = [];
      for (let round = 0; round < 20; round += 1) {
        const asked = performance.now();
        const answer = await server.send({
          token: keyOf("bob"),
          body: { jsonrpc: "2.0", id: round, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } },
        });
        expect(answer.status).toBe(200);
        took.push(performance.now() - asked);
      }
      attack.abort();
      await Promise.all(flood);
      expect(Math.max(...took)).toBeLessThan(5_000);
      expect(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))?.[1]) / 1024).toBeLessThan(400);
    },
    60_000,
  );

  function flooded(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(server.port, "127.0.0.1");
      const feed = (): void => {
        while (socket.writable && socket.write(bytes));
      };
      socket
        .on("connect", feed)
        .on("drain", feed)
        .on("error", () => undefined)
        .once("close", () => resolve())
        .resume();
      setTimeout(() => socket.destroy(), 500);
    });
  }
});

describe("heads that another hop could read otherwise", () => {
  beforeEach(async () => {
    server = await start(readerBin, "filesystem-read");
  });

  test.each([
    ["a transfer coding besides chunked", "Transfer-Encoding: gzip, chunked\r\n", "501", "transfer-encoding"],
    ["an expectation that nobody knows", "Expect: 200-ok\r\nContent-Length: 2\r\n", "417", "expect"],
  ])("%s is refused, with a record", async (_name, more, status, rule) => {
    const connection = await openConnection(server.port);
    connection.write(head(`Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\nConnection: close\r\n${more}`));
    if (status === "501") connection.write("0\r\n\r\n");
    else connection.write("{}");
    expect(await connection.ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(server.calls().map((each) => each.rule)).toEqual([rule]);
  });

  test("another version of the protocol on the first line", async () => {
    const connection = await openConnection(server.port);
    connection.write(head("", "POST /mcp HTTP/2.0"));
    expect(await connection.ended).toMatch(/^HTTP\/1\.1 (?:505|400) /);
    expect(server.calls()).toHaveLength(1);
  });

  test("a tunnel is no request here, and leaves its record", async () => {
    const connection = await openConnection(server.port);
    connection.write(`CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    expect(await connection.ended).toBe("");
    await expect.poll(() => server.calls().map(({ endpoint }) => endpoint)).toEqual(["unreadable"]);
  });

  test("a tunnel that its client lets go of, behind a call or alone, ends nothing but its connection, and holds no place", async () => {
    const tunnel = "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n";
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(
        ["", callOf("ada", "list_allowed_directories", {})].flatMap((before) =>
          [0, 1, 2, 3].map(async (late) => {
            const socket = connect(server.port, "127.0.0.1");
            socket.on("error", () => undefined);
            await new Promise((resolve) => void socket.once("connect", resolve));
            socket.write(`${before}${tunnel}${before}`);
            if (late > 1) await new Promise((resolve) => setTimeout(resolve, late));
            if (late > 2) socket.write("more of it\r\n\r\n");
            socket.resetAndDestroy();
          }),
        ),
      );
    }
    // All of a caller's places are there: more than it may have while any is held.
    const calls = Array.from({ length: 200 }, () =>
      server.send({ token: keyOf("ada"), body: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } } }),
    );
    expect((await Promise.all(calls)).every(({ status }) => status === 200)).toBe(true);
    expect(server.process.stderr).not.toContain("Error");
  });

  test("a body that is refused while it comes in is read to its end, and what follows on the connection is answered", async () => {
    const connection = await openConnection(server.port);
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    connection.write(head(`Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n`));
    for (let part = 0; part < 200; part += 1) connection.write(chunk);
    connection.write(`0\r\n\r\n${callOf("ada", "list_allowed_directories", {}, "Connection: close\r\n")}`);
    expect((await connection.ended).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
  });

  test("a body is invited after its sender is known, and not before", async () => {
    const expecting = "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 100\r\n";
    const stranger = await openConnection(server.port);
    stranger.write(head(expecting));
    expect(await stranger.ended).toMatch(/^HTTP\/1\.1 401 /);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } });
    const known = await openConnection(server.port);
    known.write(
      head(
        `Authorization: Bearer ${keyOf("ada")}\r\nContent-Type: application/json\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n`,
      ),
    );
    known.write(body);
    expect(await known.ended).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });
});
