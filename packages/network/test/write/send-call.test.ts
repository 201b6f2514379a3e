import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { Failure, LateDenial, type TargetRecord } from "@postern/policy";
import { describe, expect, it } from "vitest";
import { authority as ca, httpOrigin, httpsOrigin } from "../origin.ts";
import { a, dnsServer } from "../dns-server.ts";
import { patient } from "../reaching.ts";
import { committed, declare, laneOf, limits, policyNetwork, toLoopback } from "./calls.ts";

const choice = { signal: patient, userAgent: "test/1" };

/** Takes connections, keeps what it is told byte for byte, and does with each connection what it is told. */
async function listener(
  then: (socket: Socket, bytes: Buffer) => unknown,
  host = "127.0.0.1",
  at = 0,
): Promise<AsyncDisposable & { readonly port: number; readonly heard: Buffer[] }> {
  const heard: Buffer[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      heard.push(bytes);
      then(socket, bytes);
    });
  });
  server.listen(at, host);
  await once(server, "listening");
  return {
    port: (server.address() as { readonly port: number }).port,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function resettingHost(): Promise<AsyncDisposable & { readonly port: number }> {
  const source = `const { parentPort } = require("node:worker_threads");
    const server = require("node:net").createServer((socket) => { socket.on("error", () => undefined); socket.resetAndDestroy(); });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(source, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  return {
    port,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

async function failure(sending: Promise<unknown>): Promise<Failure | LateDenial> {
  const error: unknown = await sending.then(
    () => expect.unreachable("it was sent"),
    (reason: unknown) => reason,
  );
  return error instanceof Failure || error instanceof LateDenial ? error : expect.unreachable(String(error));
}

const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok";
const digest = (bytes: number): object => ({ bytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });

describe("a request that is sent (S3)", () => {
  it("has exactly the headers that are ours, and the body of the decision", async () => {
    await using origin = await listener((socket) => socket.end(ok));
    const declared = declare(toLoopback(origin.port, { body: { type: "object", properties: { a: { type: "string" } } } }));
    const sent = await (await declared.authority({ body: { a: "é" } })).send({ ...choice, idempotencyKey: "k-1" });
    expect(sent).toMatchObject({
      status: 200,
      accepted: true,
      type: "text/plain",
      changes: [{ change: "sent", after: digest(10), status: 200, durable: true }],
    });
    expect(sent.body.toString()).toBe("ok");
    expect(Buffer.concat(origin.heard).toString()).toBe(
      [
        "POST /in HTTP/1.1",
        `host: 127.0.0.1:${origin.port}`,
        "connection: close",
        "accept: application/json, text/plain;q=0.9, */*;q=0.1",
        "user-agent: test/1",
        `x-request-id: ${committed.call}`,
        "content-type: application/json",
        "idempotency-key: k-1",
        "accept-encoding: gzip, br",
        "content-length: 10",
        "",
        '{"a":"é"}',
      ].join("\r\n"),
    );
  });

  it("is sent once for one decision, whatever a handler does", async () => {
    await using origin = await listener((socket) => socket.end(ok));
    const authority = await declare(toLoopback(origin.port)).authority();
    const [first, second] = await Promise.allSettled([authority.send(choice), authority.send(choice)]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    await expect(authority.send(choice)).rejects.toThrow(TypeError);
    expect(origin.heard).toHaveLength(1);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("by %s without a body says so", async (method) => {
    await using origin = await httpOrigin((_, response) => response.writeHead(204).end());
    const sent = await (await declare(toLoopback(origin.port, { method })).authority()).send(choice);
    expect(sent).toMatchObject({ status: 204, accepted: true, changes: [{ after: digest(0) }] });
    expect(origin.requests).toMatchObject([{ method, path: "/in" }]);
    expect(origin.requests[0]?.headers).not.toHaveProperty("content-type");
    expect(origin.requests[0]?.headers["content-length"] ?? "0").toBe("0");
  });

  it.each<readonly [number, readonly number[] | undefined, boolean]>([
    [200, undefined, true],
    [299, undefined, true],
    [400, undefined, false],
    [500, undefined, false],
    [200, [201], false],
    [404, [204, 404], true],
  ])("and answered with %i under accept %j is a success: %s", async (status, accept, accepted) => {
    await using origin = await httpOrigin((_, response) => response.writeHead(status).end("x"));
    const sent = await (await declare(toLoopback(origin.port, accept === undefined ? {} : { accept })).authority()).send(choice);
    expect(sent).toMatchObject({ status, accepted, changes: [{ durable: true, status }] });
  });

  it.each<readonly [string, string, "too-large" | "broken"]>([
    ["longer than the limit", `HTTP/1.1 201 Created\r\ncontent-length: 5000\r\n\r\n${"x".repeat(5000)}`, "too-large"],
    ["cut off", "HTTP/1.1 201 Created\r\ncontent-length: 50\r\n\r\nx", "broken"],
    ["in a coding that was not asked for", "HTTP/1.1 201 Created\r\ncontent-encoding: zstd\r\ncontent-length: 1\r\n\r\nx", "broken"],
  ])("stands with its status, also where the rest of the answer is %s", async (_name, answer, body) => {
    await using origin = await listener((socket) => socket.end(answer));
    expect(await (await declare(toLoopback(origin.port)).authority()).send(choice)).toMatchObject({
      status: 201,
      accepted: true,
      body,
      changes: [{ status: 201 }],
    });
  });
});

describe("an answer of status 100 that nobody asked for", () => {
  const interim = "HTTP/1.1 100 Continue\r\n\r\n";
  it.each<readonly [string, readonly string[]]>([
    ["with the answer behind it", [`${interim}${ok}`]],
    ["with headers of its own, and before others", [`HTTP/1.1 100 Go\r\nx: y\r\n\r\n${interim}HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n`, ok]],
    ["byte by byte", `${interim}${ok}`.split("")],
    ["sixteen times", [interim.repeat(16), ok]],
  ])("is passed over, %s", async (_name, pieces) => {
    await using origin = await listener(async (socket) => {
      socket.setNoDelay(true);
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
      socket.end();
    });
    const sent = await (await declare(toLoopback(origin.port)).authority()).send(choice);
    expect([sent.status, sent.body.toString()]).toEqual([200, "ok"]);
    expect(origin.heard).toHaveLength(1);
  });

  it.each<readonly [string, string]>([
    ["is no end of a request", interim],
    ["without an end", `${interim.slice(0, -2)}${"a: b\r\n".repeat(10_000)}`],
    ["more often than is borne", `${interim.repeat(17)}${ok}`],
  ])("%s: nobody knows whether it took effect", async (_name, answer) => {
    await using origin = await listener((socket) => socket.end(answer));
    expect(await failure((await declare(toLoopback(origin.port)).authority()).send(choice))).toMatchObject({ code: "net.unknown" });
  });
});

describe("a redirect is never followed (U1)", () => {
  it.each([300, 301, 302, 303, 307, 308])("%i", async (status) => {
    await using sink = await httpOrigin((_, response) => response.end("SECRET"));
    await using origin = await httpOrigin((_, response) => response.writeHead(status, { location: `http://127.0.0.1:${sink.port}/sink` }).end());
    const found: TargetRecord[] = [];
    const sending = (await declare(toLoopback(origin.port)).authority()).send({ ...choice, onFound: (target) => void found.push(target) });
    const error = await failure(sending);
    expect(error).toMatchObject({ code: "net.redirect", changes: [{ change: "sent", status, durable: true }] });
    expect(error.message).toContain(`status ${status}`);
    expect(error.message).not.toContain("/sink");
    expect(found).toMatchObject([{ raw: `http://127.0.0.1:${sink.port}/sink`, operation: "redirect", decision: "deny", code: "net.redirect" }]);
    expect([sink.connections, origin.requests.length]).toEqual([0, 1]);
  });
});

describe("what became of a request is told truly (E3, N5)", () => {
  it.each<readonly [string, (socket: Socket) => void]>([
    ["the connection is reset", (socket) => socket.resetAndDestroy()],
    ["the connection ends without an answer", (socket) => socket.end()],
    ["no answer comes in time", () => undefined],
    ["the answer is no HTTP", (socket) => socket.end("220 mail.example ESMTP\r\n")],
    ["the answer breaks off in its headers", (socket) => socket.end("HTTP/1.1 200 OK\r\nconten")],
    ["the answer's headers have no end", (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(10_000)}`)],
  ])("unknown, and not sent again, where %s", async (name, then) => {
    await using origin = await listener((socket) => then(socket));
    const error = await failure((await declare(toLoopback(origin.port, { retries: 2 })).authority()).send(choice));
    expect(error).toMatchObject({ name: "Failure", code: "net.unknown", changes: [{ change: "sent", durable: false }] });
    expect(error.changes[0]).not.toHaveProperty("status");
    expect(error.message).toContain(/no HTTP|no end/.test(name) ? "an answer came that is not well-formed HTTP" : "no answer came");
    expect(origin.heard).toHaveLength(1);
  });

  it("unknown where the call is stopped while it waits for the answer", async () => {
    const stop = new AbortController();
    await using origin = await listener(() => stop.abort());
    const error = await failure((await declare(toLoopback(origin.port)).authority()).send({ ...choice, signal: stop.signal }));
    expect(error).toMatchObject({ code: "net.unknown", changes: [{ durable: false }] });
  });

  it("not sent where the call is stopped before", async () => {
    await using origin = await listener((socket) => socket.end(ok));
    const stop = AbortSignal.abort(new Error("stopped"));
    await expect((await declare(toLoopback(origin.port)).authority()).send({ ...choice, signal: stop })).rejects.toThrow("stopped");
    expect(origin.heard).toEqual([]);
  });

  it("not sent where nobody listens, and tried again as often as the card says, each time looked up and classified anew (U1)", async () => {
    const free = await listener(() => undefined);
    await free[Symbol.asyncDispose]();
    await using dns = await dnsServer((name, type) => (type === "A" ? a(name, "127.0.0.1") : []));
    const found: TargetRecord[] = [];
    const onFound = (target: TargetRecord): void => void found.push(target);
    const impatient = declare(toLoopback(free.port, {}, "a.test"), policyNetwork(dns.at));
    expect(await failure((await impatient.authority()).send({ ...choice, onFound }))).toMatchObject({ code: "net.connect", changes: [] });
    expect(found).toEqual([]);
    const asked = dns.asked.length;
    const patiently = declare(toLoopback(free.port, { retries: 2 }, "a.test"), policyNetwork(dns.at));
    const sending = (await patiently.authority()).send({ ...choice, onFound });
    await expect.poll(() => found.length).toBe(1);
    await using origin = await listener((socket) => socket.end(ok), "127.0.0.1", free.port);
    expect(await sending).toMatchObject({ status: 200 });
    expect(origin.heard).toHaveLength(1);
    expect(found.map(({ operation, decision, addresses }) => [operation, decision, addresses?.[0]?.address])).toEqual([
      ["retry", "allow", "127.0.0.1"],
      ["retry", "allow", "127.0.0.1"],
    ]);
    expect(dns.asked.slice(asked).filter((question) => question === "A a.test")).toHaveLength(3);
  });

  it("another try goes to the next address that the committed decision names (E2)", async () => {
    await using origin = await listener((socket) => socket.end(ok), "127.0.0.9");
    await using dns = await dnsServer((name, type) => (type === "A" ? a(name, "127.0.0.8", "127.0.0.9") : []));
    const declared = declare(toLoopback(origin.port, { retries: 1 }, "a.test"), policyNetwork(dns.at));
    const decided = await declared.resolve();
    expect(decided.record.addresses?.map(({ address }) => address)).toEqual(expect.arrayContaining(["127.0.0.8", "127.0.0.9"]));
    expect(await (await declared.authority()).send(choice)).toMatchObject({ status: 200 });
    expect(origin.heard).toHaveLength(1);
  });

  it("and to no address that it does not name, also where the card gives that one: the record stands before the first byte (E2)", async () => {
    await using origin = await listener((socket) => socket.end(ok), "127.0.0.9");
    let asked = 0;
    await using dns = await dnsServer((name, type) => (type === "A" ? a(name, (asked += 1) === 1 ? "127.0.0.8" : "127.0.0.9") : []));
    const found: TargetRecord[] = [];
    const declared = declare(toLoopback(origin.port, { retries: 2 }, "a.test"), policyNetwork(dns.at));
    const error = await failure((await declared.authority()).send({ ...choice, onFound: (target) => void found.push(target) }));
    expect(error).toMatchObject({ name: "Failure", code: "net.connect", changes: [] });
    expect(error.message).toContain("Nothing was sent");
    expect(error.message).not.toContain("127.0.0");
    expect(found).toMatchObject([
      { operation: "retry", decision: "deny", rule: "retry-elsewhere", addresses: [{ address: "127.0.0.9" }], withheld: ["addresses"] },
    ]);
    expect(origin.heard).toEqual([]);
  });

  it("denied where the name leads to a denied address by the time of another try, and nothing is sent there (U1, U2)", async () => {
    await using sink = await listener((socket) => socket.end(ok));
    let asked = 0;
    await using dns = await dnsServer((name, type) => (type === "A" ? a(name, (asked += 1) === 1 ? "127.0.0.200" : "169.254.169.254") : []));
    const found: TargetRecord[] = [];
    const declared = declare(toLoopback(sink.port, { retries: 2 }, "a.test"), policyNetwork(dns.at));
    const error = await failure((await declared.authority()).send({ ...choice, onFound: (target) => void found.push(target) }));
    expect(error).toMatchObject({ name: "LateDenial", code: "net.address", changes: [] });
    expect(error.message).not.toContain("169.254");
    expect(found).toMatchObject([
      { operation: "retry", decision: "deny", code: "net.address", addresses: [{ address: "169.254.169.254", category: "metadata" }] },
    ]);
    expect(sink.heard).toEqual([]);
  });

  it("never that another address answered, where the host resets connections as soon as they stand", async () => {
    // In a thread of its own, so that it can be faster than the side that connects.
    await using host = await resettingHost();
    const codes = new Set<string>();
    for (let round = 0; round < 300; round += 1) codes.add((await failure((await declare(toLoopback(host.port)).authority()).send(choice))).code);
    expect([...codes].filter((code) => code !== "net.connect" && code !== "net.unknown")).toEqual([]);
  });

  it("not sent, and not tried again, where the other side cannot prove who it is", async () => {
    await using origin = await httpsOrigin((_, response) => response.end("x"));
    await using dns = await dnsServer((name, type) => (type === "A" ? a(name, "127.0.0.1") : []));
    const targets = (host: string): Readonly<Record<string, unknown>> => toLoopback(origin.port, { retries: 2, url: `https://${host}:${origin.port}/in` });
    expect(await failure((await declare(targets("evil.test"), policyNetwork(dns.at)).authority()).send(choice))).toMatchObject({
      code: "net.tls",
      changes: [],
    });
    expect([origin.connections, origin.requests.length]).toEqual([1, 0]);
    expect(await (await declare(targets("good.test"), policyNetwork(dns.at)).authority()).send(choice)).toMatchObject({ status: 200 });
    expect(ca).toContain("CERTIFICATE");
  });
});

describe("the card's credential", () => {
  it("is asked for the host of the call, and sent with nothing in its place taken from elsewhere", async () => {
    await using origin = await httpOrigin((_, response) => response.end());
    const lane = laneOf({
      headersFor: (host) => Promise.resolve({ authorization: `Bearer for-${host}`, "x-request-id": "forged", "content-type": "text/html" }),
    });
    const declared = declare(toLoopback(origin.port, { body: { type: "array", items: { type: "null" } } }), { lane });
    await (await declared.authority({ body: [] })).send(choice);
    expect(origin.requests[0]?.headers).toMatchObject({
      authorization: "Bearer for-127.0.0.1",
      "x-request-id": committed.call,
      "content-type": "application/json",
    });
  });

  it.each<readonly [string, Parameters<typeof laneOf>[0], string]>([
    ["cannot be had", { headersFor: () => Promise.reject(new LateDenial("credential.missing", "It is not there.")) }, "credential.missing"],
    ["is not for this host", { headersFor: () => Promise.resolve(undefined) }, "credential.host"],
  ])("that %s ends the call before anything is sent (R2)", async (_name, more, code) => {
    await using origin = await httpOrigin((_, response) => response.end());
    expect(await failure((await declare(toLoopback(origin.port), { lane: laneOf(more) }).authority()).send(choice))).toMatchObject({ code, changes: [] });
    expect(origin.connections).toBe(0);
  });

  it("signs as Standard Webhooks say, over what is sent, and is not sent then", async () => {
    await using origin = await listener((socket) => socket.end(ok));
    const secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    const lane = laneOf({ sign: (message) => Promise.resolve(createHmac("sha256", secret).update(message).digest("base64")) });
    const call = { sign: "standard-webhooks", body: { type: "object", properties: { a: { type: "string" } } } };
    await (await declare(toLoopback(origin.port, call), { lane }).authority({ body: { a: "é" } })).send(choice);
    const [head = "", body = ""] = Buffer.concat(origin.heard).toString().split("\r\n\r\n");
    const header = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1] ?? expect.unreachable(name);
    const [id, timestamp, signature] = [header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")];
    expect(id).toBe(committed.call);
    expect(Math.abs(Number(timestamp) * 1000 - Date.now())).toBeLessThan(5_000);
    // By another implementation than the one that signed.
    const key = await crypto.subtle.importKey("raw", Buffer.from(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const verify = (message: string): Promise<boolean> =>
      crypto.subtle.verify("HMAC", key, Buffer.from(signature.replace(/^v1,/, ""), "base64"), Buffer.from(message));
    expect(await verify(`${id}.${timestamp}.${body}`)).toBe(true);
    expect(await verify(`${id}.${timestamp}.${body} `)).toBe(false);
    expect(head).not.toMatch(/authorization/i);
    expect(head).not.toContain(secret);
  });

  it.each<readonly [string, ReturnType<typeof laneOf> | undefined, string]>([
    ["there is none", undefined, "credential.missing"],
    ["it cannot be had", laneOf({ sign: () => Promise.reject(new LateDenial("credential.missing", "It is not there.")) }), "credential.missing"],
  ])("signs nothing where %s, and nothing is sent", async (_name, lane, code) => {
    await using origin = await httpOrigin((_, response) => response.end());
    const declared = declare(toLoopback(origin.port, { sign: "standard-webhooks" }), lane === undefined ? {} : { lane });
    expect(await failure((await declared.authority()).send(choice))).toMatchObject({ code, changes: [] });
    expect(origin.connections).toBe(0);
  });
});

it("an answer is held to the limit also where it is packed", async () => {
  const { gzipSync } = await import("node:zlib");
  await using origin = await httpOrigin((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(1e6))));
  expect(limits.answerBytes).toBeLessThan(1e6);
  expect(await (await declare(toLoopback(origin.port)).authority()).send(choice)).toMatchObject({ status: 200, body: "too-large" });
});
