import type { RunningServer } from "@postern/testing";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { afterAll, beforeAll, describe, test } from "vitest";
import { deflateSync, gzipSync } from "node:zlib";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { httpOrigin, rawOrigin, type Origin } from "../../packages/network/test/origin.ts";
import { expect } from "../expect.ts";
import { noRobots, startFetcher } from "./start-fetcher.ts";

/** The only address that the card gives. */
const given = "127.0.0.77";
const text = { "content-type": "text/plain" };
const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
const megabyte = Buffer.alloc(1024 * 1024);

/** What the endless ones could send until they were hung up on. */
const sent = new Map<string, number>();
/** Answers whose other end is still there. */
const open = new Map<string, number>();

const answers: Readonly<Record<string, RequestListener>> = {
  "/page": (_, response) => response.writeHead(200, text).end("a page"),
  "/robots.txt": (_, response) => response.writeHead(404).end(),
  "/unasked": (_, response) => response.writeHead(200, { ...text, "content-encoding": "deflate" }).end(deflateSync(Buffer.alloc(200e6))),
  "/stacked": (_, response) => response.writeHead(200, { ...text, "content-encoding": "gzip, gzip" }).end(gzipSync(gzipSync(Buffer.alloc(200e6)))),
  "/two-codings": (_, response) =>
    response.writeHead(200, [...Object.entries(text).flat(), "content-encoding", "gzip", "content-encoding", "br"]).end(gzipSync("x")),
  "/damaged": (_, response) => response.writeHead(200, { ...text, "content-encoding": "gzip" }).end("no gzip at all"),
  "/cut-off": (_, response) => response.writeHead(200, { ...text, "content-encoding": "gzip" }).end(gzipSync("x".repeat(50_000)).subarray(0, 40)),
  "/endless": (_, response) => {
    response.writeHead(200, text);
    const { socket } = response;
    const more = (): void => {
      while (!response.destroyed && response.write(megabyte));
    };
    response.on("drain", more);
    response.on("close", () => sent.set("/endless", socket?.bytesWritten ?? 0));
    more();
  },
  "/drip": (_, response) => {
    open.set("/drip", (open.get("/drip") ?? 0) + 1);
    response.writeHead(200, text);
    const drip = setInterval(() => response.write("x"), 50);
    response.on("close", () => {
      clearInterval(drip);
      open.set("/drip", (open.get("/drip") ?? 0) - 1);
    });
  },
};

/** Answers that no HTTP library gives, by what they are. */
const raw: Readonly<Record<string, { readonly says: string; readonly end?: boolean; readonly code: string }>> = {
  "5 GB, as it says": { says: `${head}content-length: 5368709120\r\n\r\n${"x".repeat(1000)}`, end: false, code: "net.too_large" },
  "headers without an end": { says: `${head}${"x-filler: yyyyyyyy\r\n".repeat(50_000)}`, end: false, code: "net.too_large" },
  "one header of 1 MB": { says: `${head}x-long: ${"y".repeat(1e6)}\r\n\r\nhi`, code: "net.too_large" },
  "less than it says": { says: `${head}content-length: 100\r\n\r\nshort`, code: "net.connect" },
  "more than it says": { says: `${head}content-length: 5\r\n\r\nhello and a second answer`, code: "" },
  "two lengths": { says: `${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`, code: "net.decode" },
  "a length and chunks": { says: `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, code: "net.decode" },
  "a broken chunk": { says: `${head}transfer-encoding: chunked\r\n\r\nzz\r\nhello`, code: "net.decode" },
  "chunks that break off": { says: `${head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, code: "net.connect" },
  "a folded header": { says: `${head}x-folded: a\r\n b\r\n\r\nhi`, code: "net.decode" },
  "a switch of protocols": { says: "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", end: false, code: "net.connect" },
  "interim answers without an end": { says: "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".repeat(10_000), end: false, code: "net.too_large" },
  "no HTTP": { says: "SSH-2.0-OpenSSH_9.9\r\n", code: "net.decode" },
  "HTTP/2 without being asked": { says: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", code: "net.decode" },
  nothing: { says: "", code: "net.connect" },
};

let dns: DnsServer;
let origin: Origin;
const rawOrigins = new Map<string, Origin>();
let server: RunningServer;

beforeAll(async () => {
  dns = await dnsServer((name, type) => (type === "A" ? a(name, given) : []));
  origin = await httpOrigin((request, response) => (answers[request.url ?? ""] ?? answers["/page"])?.(request, response), given);
  for (const [name, { says, end = true }] of Object.entries(raw)) rawOrigins.set(name, await rawOrigin(says, { end, host: given }));
  server = await startFetcher({ cards: { web: targets() }, network: `{ resolvers: ["${dns.at}"] }` });
});
afterAll(async () => {
  await server.close();
  for (const each of [dns, origin, ...rawOrigins.values()]) await each[Symbol.asyncDispose]();
});

function targets(): string {
  const ports = [origin, ...rawOrigins.values()].map(({ port }) => port);
  return `{ hosts: ["*.test"], internal: { networks: [${given}/32], ports: [${ports.join(", ")}] }${noRobots} }`;
}

const at = (path: string): string => `http://web.test:${origin.port}${path}`;

/** Resident memory at its peak, in MiB. */
function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024;
}

describe("what an origin says ends in one typed answer (U4, N5, E3)", () => {
  test.each(Object.entries(raw))("%s", async (name, { code }) => {
    const hostile = rawOrigins.get(name) ?? expect.unreachable(name);
    const url = `http://web.test:${hostile.port}/`;
    const began = performance.now();
    const answer = await server.call("fetch", { url });
    expect(performance.now() - began).toBeLessThan(5_000);
    if (code === "") expect(answer.text).toContain(":\nhello\n");
    else expect(answer).toFailWith(code);
    expect(answer.text.replaceAll(url, "")).not.toMatch(/127\.0\.0|:\d{4,}|undici|Error:|ECONN/);
    expect(server.calls({ target: url })).toMatchObject([{ decision: "allow", outcome: code === "" ? "ok" : "failed", failure: code === "" ? null : code }]);
  });

  test.each([
    ["a coding that was not asked for", "/unasked"],
    ["stacked codings", "/stacked"],
    ["two headers of codings", "/two-codings"],
    ["a damaged coding", "/damaged"],
    ["a coding that breaks off", "/cut-off"],
  ])("%s", async (_name, path) => {
    expect(await server.call("fetch", { url: at(path) })).toFailWith("net.decode");
  });

  test("a body without an end is hung up on at the limit, and takes no more memory than that", async () => {
    expect(await server.call("fetch", { url: at("/endless") })).toFailWith("net.too_large");
    await expect.poll(() => sent.get("/endless")).toBeDefined();
    expect(sent.get("/endless")).toBeLessThan(64 * 1024 * 1024);
    if (process.platform === "linux") expect(peakOf(server.process.pid)).toBeLessThan(400);
  });

  test("the server is there afterwards", async () => {
    expect(await server.call("fetch", { url: at("/page") })).toAllow();
  });
});

describe("a connection serves one call (P2)", () => {
  test("no two calls share one, whatever the origin offers", async () => {
    const before = { connections: origin.connections, requests: origin.requests.length };
    for (let round = 0; round < 5; round += 1) expect(await server.call("fetch", { url: at("/page") })).toAllow();
    await Promise.all(Array.from({ length: 5 }, () => server.call("fetch", { url: at("/page") })));
    const requests = origin.requests.slice(before.requests);
    expect(requests.filter(({ path }) => path === "/page")).toHaveLength(10);
    expect(origin.connections - before.connections).toBe(requests.length);
    expect(new Set(requests.map(({ headers }) => headers.connection))).toEqual(new Set(["close"]));
  });

  test("64 calls are answered while one drips (N5)", async () => {
    const giveUp = new AbortController();
    const drip = server.call("fetch", { url: at("/drip") }, { signal: giveUp.signal });
    await expect.poll(() => open.get("/drip")).toBe(1);
    const began = performance.now();
    const given64 = await Promise.all(Array.from({ length: 64 }, () => server.call("fetch", { url: at("/page") })));
    for (const answer of given64) expect(answer).toAllow();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(open.get("/drip")).toBe(1);
    giveUp.abort();
    await expect(drip).rejects.toThrow();
  });
});

describe("who goes away lets go of the connection (E2)", () => {
  test("a call that is cancelled in the middle hangs up at once, and says so in its record", async () => {
    await expect.poll(() => open.get("/drip") ?? 0).toBe(0);
    const giveUp = new AbortController();
    const call = server.call("fetch", { url: at("/drip") }, { signal: giveUp.signal });
    await expect.poll(() => open.get("/drip")).toBe(1);
    const began = performance.now();
    giveUp.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => open.get("/drip")).toBe(0);
    expect(performance.now() - began).toBeLessThan(1_000);
    await expect.poll(() => server.calls({ code: "cancelled" }).at(-1)).toMatchObject({ decision: "allow", outcome: "cancelled", failure: "cancelled" });
  });

  test.each([
    ["closes its end", (running: RunningServer) => void running.process.child.stdin?.end()],
    ["ends the server", (running: RunningServer) => running.process.kill("SIGTERM")],
  ])("so does the client that %s", async (_name, leave) => {
    await using leaving = await startFetcher({ cards: { web: targets() }, network: `{ resolvers: ["${dns.at}"] }` });
    const call = leaving.call("fetch", { url: at("/drip") }).catch(() => undefined);
    await expect.poll(() => open.get("/drip")).toBe(1);
    leave(leaving);
    await expect.poll(() => open.get("/drip"), { timeout: 5_000 }).toBe(0);
    await leaving.process.exited;
    await call;
    expect(leaving.calls({}).at(-1)).toMatchObject({ decision: "allow", outcome: "cancelled", failure: "cancelled" });
  });
});
