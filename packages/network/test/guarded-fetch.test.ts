import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FetchOptions, type Fetched, guardedFetch, RedirectDenied } from "../src/guarded-fetch.ts";
import { a, dnsServer, type DnsServer } from "./dns-server.ts";
import { httpOrigin, httpsOrigin, rawOrigin, type Origin } from "./origin.ts";
import { decide, internalReach, patient, settingsFor } from "./reaching.ts";

/** The only address that the card gives; what listens on any other one must never hear of us. */
const given = "127.0.0.77";
const withheld = "127.0.0.78";
const limits = { wireBytes: 1e6, decodedBytes: 1e6, redirects: 5, connectMs: 1_000, headersMs: 1_000 };

let dns: DnsServer;
/** How often a name was asked for; `rebind.test` alternates. */
let turns = 0;
beforeAll(async () => {
  dns = await dnsServer((name, type) => {
    if (type !== "A") return [];
    if (name === "rebind.test") return a(name, (turns += 1) % 2 === 1 ? given : withheld);
    return a(name, name.startsWith("bad.") ? withheld : given);
  });
});
afterAll(() => dns[Symbol.asyncDispose]());

async function get(raw: string, ports: readonly number[], more: Partial<FetchOptions> = {}): Promise<Fetched> {
  const reach = internalReach(["*.test", "*.good.test", "good.test"], [`${given}/32`], ports);
  const settings = settingsFor(dns);
  const first = await decide(raw, reach, settings);
  if (first.outcome === "denied") throw new RedirectDenied(first.rule, "", [], first);
  return await guardedFetch(first, { method: "GET", reach, settings, limits, signal: patient, ...more });
}

async function denialOf(fetching: Promise<Fetched>): Promise<RedirectDenied> {
  const error = await fetching.then(
    () => expect.unreachable("it was let pass"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RedirectDenied)) throw error;
  return error;
}

const moving = (location: string | readonly string[], status = 302): Promise<Origin> =>
  httpOrigin((request, response) => {
    if (request.url === "/") response.writeHead(status, { location: location as string }).end();
    else response.end(`at ${request.url ?? ""}`);
  }, given);

describe("redirects are decided like the first URL", () => {
  it.each([301, 302, 303, 307, 308])("%i is followed where the card gives it", async (status) => {
    await using origin = await moving("/next?q=1", status);
    const fetched = await get(`http://a.test:${origin.port}/`, [origin.port]);
    expect([fetched.status, fetched.body.toString(), fetched.way]).toEqual([
      200,
      "at /next?q=1",
      [`http://a.test:${origin.port}/`, `http://a.test:${origin.port}/next?q=1`],
    ]);
    expect(origin.connections).toBe(2);
  });

  const denied: readonly (readonly [string, (port: number) => string, string])[] = [
    ["loopback", (port) => `http://127.0.0.1:${port}/`, "loopback"],
    ["metadata", () => "http://169.254.169.254/latest/", "metadata"],
    ["metadata without a scheme", () => "//169.254.169.254/latest/", "metadata"],
    ["an address in another spelling", (port) => `http://0x7f.0.0.77:${port}/`, "loopback"],
    ["a name that resolves elsewhere", (port) => `http://bad.test:${port}/`, "loopback"],
    ["another host", (port) => `http://elsewhere.example:${port}/`, "host-not-allowed"],
    ["another port", () => "http://a.test:1/", "port"],
    ["a file", () => "file:///etc/passwd", "scheme"],
    ["a script", () => "javascript:alert(1)", "no-authority"],
    ["userinfo", (port) => `http://a.test@bad.test:${port}/`, "userinfo"],
    ["a backslash", (port) => `http://a.test:${port}\\@bad.test/`, "character"],
    ["a backslash in what is relative", () => "\\\\bad.test/", "redirect-unreadable"],
    ["a metadata name", () => "http://metadata.google.internal/", "metadata"],
  ];
  it.each(denied)("%s is not", async (_name, locationAt, rule) => {
    let location = "";
    await using origin = await httpOrigin((_, response) => response.writeHead(302, { location }).end(), given);
    await using sink = await httpOrigin((_, response) => response.end("SECRET"), withheld);
    location = locationAt(origin.port);
    const error = await denialOf(get(`http://a.test:${origin.port}/`, [origin.port, sink.port]));
    expect([error.rule, error.way, origin.requests.length, sink.connections]).toEqual([rule, [`http://a.test:${origin.port}/`], 1, 0]);
  });

  it("two Location headers, a loop and more than the limit are denied", async () => {
    await using two = await moving(["/one", "/two"]);
    expect((await denialOf(get(`http://a.test:${two.port}/`, [two.port]))).rule).toBe("redirect-ambiguous");
    await using loop = await httpOrigin((request, response) => response.writeHead(302, { location: request.url === "/" ? "/b" : "/" }).end(), given);
    expect((await denialOf(get(`http://a.test:${loop.port}/`, [loop.port]))).rule).toBe("redirect-limit");
    await using endless = await httpOrigin((request, response) => response.writeHead(302, { location: `${request.url ?? ""}x` }).end(), given);
    const error = await denialOf(get(`http://a.test:${endless.port}/`, [endless.port]));
    expect([error.rule, endless.requests.length]).toEqual(["redirect-limit", limits.redirects + 1]);
  });

  it("300, Refresh and a redirect without Location are answers like any other", async () => {
    await using origin = await httpOrigin((request, response) => {
      if (request.url === "/300") response.writeHead(300, { location: "http://127.0.0.1/" }).end("choose");
      else if (request.url === "/refresh") response.writeHead(200, { refresh: "0; url=http://127.0.0.1/" }).end("wait");
      else response.writeHead(302).end("nowhere");
    }, given);
    const bodies = await Promise.all(
      ["300", "refresh", "302"].map(async (path) => (await get(`http://a.test:${origin.port}/${path}`, [origin.port])).body.toString()),
    );
    expect([bodies, origin.requests.length]).toEqual([["choose", "wait", "nowhere"], 3]);
  });

  it("nothing goes from https to http", async () => {
    await using plain = await httpOrigin((_, response) => response.end("plain"), given);
    await using secure = await httpsOrigin((_, response) => response.writeHead(302, { location: `http://a.test:${plain.port}/` }).end(), given);
    expect((await denialOf(get(`https://good.test:${secure.port}/`, [secure.port, plain.port]))).rule).toBe("downgrade");
    expect(plain.connections).toBe(0);
  });
});

describe("a name that changes its address", () => {
  it("is denied or goes where it was classified, 1,000 times out of 1,000", { timeout: 60_000 }, async () => {
    await using origin = await httpOrigin((_, response) => response.end("given"), given);
    await using trap = await httpOrigin((_, response) => response.end("withheld"), withheld);
    const outcomes = { given: 0, denied: 0 };
    for (let round = 0; round < 1_000; round += 1) {
      try {
        const fetched = await get(`http://rebind.test:${origin.port}/`, [origin.port, trap.port]);
        expect(fetched.body.toString()).toBe("given");
        outcomes.given += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(RedirectDenied);
        outcomes.denied += 1;
      }
    }
    expect([outcomes, trap.connections]).toEqual([{ given: 500, denied: 500 }, 0]);
  });
});

describe("what goes along (P2, R2)", () => {
  it("credentials are asked for at each origin anew, and nothing of the first goes to the second", async () => {
    await using second = await httpOrigin((_, response) => response.end("second"), given);
    await using first = await httpOrigin((_, response) => response.writeHead(307, { location: `http://b.test:${second.port}/` }).end(), given);
    const asked: string[] = [];
    await get(`http://a.test:${first.port}/`, [first.port, second.port], {
      headers: { accept: "text/html", "x-api-key": "caller", "accept-language": "de" },
      credentials: ({ host }) => {
        asked.push(host);
        return host === "a.test" ? { authorization: "Bearer one" } : {};
      },
    });
    expect(asked).toEqual(["a.test", "b.test"]);
    expect(first.requests[0]?.headers).toMatchObject({ authorization: "Bearer one", "x-api-key": "caller", accept: "text/html" });
    expect(Object.keys(second.requests[0]?.headers ?? {}).toSorted()).toEqual(["accept", "accept-encoding", "accept-language", "connection", "host"]);
  });
});

describe("limits hold over the whole way (N5)", () => {
  it("one deadline for all hops together", async () => {
    await using origin = await httpOrigin((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${request.url ?? ""}x` }).end(), 150);
    }, given);
    const began = performance.now();
    await expect(get(`http://a.test:${origin.port}/`, [origin.port], { signal: AbortSignal.timeout(400) })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - began).toBeLessThan(1_500);
    expect(origin.requests.length).toBeLessThan(5);
  });

  it("a bomb ends at the limit", async () => {
    const bomb = gzipSync(Buffer.alloc(50e6), { level: 1 });
    await using origin = await httpOrigin((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb), given);
    await expect(get(`http://a.test:${origin.port}/`, [origin.port])).rejects.toMatchObject({ code: "net.too_large" });
  });

  it("what says that it is larger than the limit is not waited for", async () => {
    await using origin = await rawOrigin("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx", { end: false, host: given });
    await expect(get(`http://a.test:${origin.port}/`, [origin.port])).rejects.toMatchObject({ code: "net.too_large" });
    await expect(get(`http://a.test:${origin.port}/`, [origin.port], { method: "HEAD" })).resolves.toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  it.each([
    ["a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "net.decode"],
    ["interim answers without an end", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".repeat(20), "net.too_large"],
  ])("%s ends at once", async (_name, says, code) => {
    await using origin = await rawOrigin(says, { end: false, host: given });
    await expect(get(`http://a.test:${origin.port}/`, [origin.port])).rejects.toMatchObject({ code });
  });

  it("a few interim answers are passed over", async () => {
    await using origin = await rawOrigin(`${"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(3)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi`, { host: given });
    await expect(get(`http://a.test:${origin.port}/`, [origin.port])).resolves.toMatchObject({ status: 200, body: Buffer.from("hi") });
  });

  it.each([
    ["net.tls", async () => await httpsOrigin((_, response) => response.end(), given), "https://evil.test"],
    ["net.timeout", async () => await httpOrigin(() => undefined, given), "http://a.test"],
    ["net.connect", async () => await httpOrigin((_, response) => response.destroy(), given), "http://a.test"],
  ] as const)("%s says what went wrong, and names no address", async (code, start, base) => {
    await using origin = await start();
    const error = await get(`${base}:${origin.port}/`, [origin.port], { limits: { ...limits, headersMs: 200 } }).catch(
      (reason: unknown) => reason as Error & { code?: string },
    );
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toMatch(/127\.0|:\d{4}/);
  });
});
