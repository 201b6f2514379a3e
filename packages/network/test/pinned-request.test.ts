import { describe, expect, it } from "vitest";
import { type Address, parseAddress } from "../src/address.ts";
import { type PinnedAnswer, pinnedRequest, type PinnedRequest } from "../src/pinned-request.ts";
import { type GatedUrl, readUrl } from "../src/url-gate.ts";
import { authority, httpOrigin, httpsOrigin, rawOrigin } from "./origin.ts";

const patient = new AbortController().signal;
const loopback = parseAddress("127.0.0.1") as Address;

function gated(raw: string): GatedUrl {
  const read = readUrl(raw);
  return read.outcome === "passed" ? read : expect.unreachable(read.rule);
}

function ask(raw: string, more: Partial<PinnedRequest> = {}): Promise<PinnedAnswer> {
  const usual = {
    address: loopback,
    method: "GET" as const,
    headers: {},
    signal: patient,
    wireBytes: 1e6,
    connectMs: 1_000,
    headersMs: 1_000,
    ca: [authority],
  };
  return pinnedRequest({ target: gated(raw), ...usual, ...more });
}

async function textOf(answer: PinnedAnswer): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer.body) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

describe("a pinned request", () => {
  it("goes to the address that was classified, and says the URL's own host", async () => {
    await using origin = await httpOrigin((_, response) => response.end("hello"));
    await using answer = await ask(`http://no-such-name.example:${origin.port}/a%2fb?q=1#part`, { headers: { accept: "text/html" } });
    expect([answer.status, await textOf(answer)]).toEqual([200, "hello"]);
    expect(origin.requests).toMatchObject([
      { method: "GET", path: "/a%2fb?q=1", headers: { host: `no-such-name.example:${origin.port}`, accept: "text/html", connection: "close" } },
    ]);
  });

  it("asks TLS for the URL's host, believes a certificate for it alone, and takes no HTTP/2", async () => {
    await using origin = await httpsOrigin((_, response) => response.end("secure"));
    await using answer = await ask(`https://www.good.test:${origin.port}/`);
    expect(await textOf(answer)).toBe("secure");
    expect(origin.requests).toMatchObject([{ servername: "www.good.test", version: "1.1" }]);
    await expect(ask(`https://evil.test:${origin.port}/`)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await expect(ask(`https://127.0.0.1:${origin.port}/`)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await expect(ask(`https://good.test:${origin.port}/`, { ca: [] })).rejects.toThrow(/self-signed|issuer|verify/i);
    expect(origin.requests).toHaveLength(1);
  });

  it("checks certificates also where the environment says that nobody should", async () => {
    await using origin = await httpsOrigin((_, response) => response.end("secure"));
    const name = "NODE_TLS_REJECT_UNAUTHORIZED";
    const before = process.env[name];
    process.env[name] = "0";
    try {
      await expect(ask(`https://evil.test:${origin.port}/`)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
      await expect(ask(`https://good.test:${origin.port}/`, { ca: [] })).rejects.toThrow(/self-signed|issuer|verify/i);
    } finally {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    }
    expect(origin.requests).toHaveLength(0);
  });

  it("uses a connection once, so what one call was allowed no other call finds open", async () => {
    await using origin = await httpOrigin((_, response) => response.end("x"));
    for (let round = 0; round < 5; round += 1) {
      await using answer = await ask(`http://good.test:${origin.port}/`);
      await textOf(answer);
    }
    expect([origin.requests.length, origin.connections]).toEqual([5, 5]);
  });

  it("takes no proxy from the environment", async () => {
    await using proxy = await httpOrigin((_, response) => response.end("proxy"));
    await using origin = await httpOrigin((_, response) => response.end("origin"));
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, http_proxy: `http://127.0.0.1:${proxy.port}`, NODE_USE_ENV_PROXY: "1" });
    try {
      await using answer = await ask(`http://good.test:${origin.port}/`);
      expect([await textOf(answer), proxy.connections]).toEqual(["origin", 0]);
    } finally {
      for (const name of ["HTTP_PROXY", "http_proxy", "NODE_USE_ENV_PROXY"]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });

  it("follows nothing and tries nothing again", async () => {
    await using origin = await httpOrigin((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "/elsewhere" }).end();
      else response.writeHead(503, { "retry-after": "0" }).end();
    });
    await using moved = await ask(`http://good.test:${origin.port}/moved`);
    await using busy = await ask(`http://good.test:${origin.port}/busy`);
    expect([moved.status, busy.status, origin.requests.map(({ path }) => path)]).toEqual([302, 503, ["/moved", "/busy"]]);
  });
});

describe("what an origin can do to it (N5)", () => {
  const head = "HTTP/1.1 200 OK\r\n";
  it("endless headers end it", async () => {
    await using origin = await rawOrigin(`${head}${"x-filler: y\r\n".repeat(5_000)}`, { end: false });
    await expect(ask(`http://good.test:${origin.port}/`)).rejects.toMatchObject({ code: "UND_ERR_HEADERS_OVERFLOW" });
  });

  it("no headers at all end it in time", async () => {
    await using origin = await rawOrigin("", { end: false });
    await expect(ask(`http://good.test:${origin.port}/`, { headersMs: 300 })).rejects.toMatchObject({ code: "UND_ERR_HEADERS_TIMEOUT" });
  });

  it("a drip ends with the caller's own deadline", async () => {
    await using origin = await httpOrigin((_, response) => {
      const drip = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(drip));
    });
    const began = performance.now();
    const reading = async (): Promise<string> => {
      await using answer = await ask(`http://good.test:${origin.port}/`, { signal: AbortSignal.timeout(300) });
      return await textOf(answer);
    };
    await expect(reading()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  const bodies: readonly (readonly [string, string, RegExp])[] = [
    ["more than the limit, as it says", `${head}content-length: 2000000\r\n\r\n${"x".repeat(1000)}`, /^ResponseExceededMaxSizeError|^SocketError/],
    ["less than it says", `${head}content-length: 100\r\n\r\nshort`, /^SocketError|^ResponseContentLengthMismatchError/],
    ["two lengths", `${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`, /^ResponseContentLengthMismatchError/],
    ["length and chunks", `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, /^ResponseContentLengthMismatchError/],
    ["a broken chunk", `${head}transfer-encoding: chunked\r\n\r\nzz\r\nhello`, /^HTTPParserError/],
    ["no HTTP", "SSH-2.0-OpenSSH_9.9\r\n", /^HTTPParserError/],
  ];
  it.each(bodies)("a body with %s is an error and never the text", async (_name, says, code) => {
    await using origin = await rawOrigin(says);
    const reading = async (): Promise<string> => {
      await using answer = await ask(`http://good.test:${origin.port}/`);
      return await textOf(answer);
    };
    const error = await reading().catch((reason: unknown) => reason as NodeJS.ErrnoException);
    expect(typeof error === "string" ? error : `${error.name} ${error.code ?? ""}`).toMatch(code);
  });

  it("an answer of status 100 that nobody asked for is passed over, over TLS too", async () => {
    await using origin = await httpsOrigin((_, response) => {
      response.writeContinue();
      setTimeout(() => response.end("after it"), 20);
    });
    await using answer = await ask(`https://good.test:${origin.port}/`);
    expect([answer.status, await textOf(answer)]).toEqual([200, "after it"]);
  });

  it("nobody there is an error", async () => {
    const origin = await httpOrigin((_, response) => response.end());
    await origin[Symbol.asyncDispose]();
    await expect(ask(`http://good.test:${origin.port}/`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
