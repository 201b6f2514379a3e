import { describe, expect, it } from "vitest";
import type { ScopeContext } from "@postern/policy";
import { a, dnsServer } from "../dns-server.ts";
import { httpOrigin } from "../origin.ts";
import { callKind } from "../../src/write/index.ts";
import { declare, laneOf, limits, policyNetwork, toLoopback } from "./calls.ts";

const it1 = { description: "What it does.", method: "POST", url: "https://a.test/p/{x}", path: { x: { type: "string" } } };

describe("a declared call (S3)", () => {
  it("is given by the cards that declare it, and by no other", () => {
    const own = declare({ calls: { it: it1 } });
    const other = own.kind.scope({ calls: { other: it1 } }, { route: "b", home: "/", base: "/", own: [], peers: [] });
    expect([own.kind.grants(own.scope, "write"), own.kind.grants(other, "write")]).toEqual([true, false]);
    expect(own.kind.index([other, own.scope])({})).toEqual([1]);
    expect([own.kind.describe(own.scope), own.kind.describe(other)]).toEqual([
      ["POST https://a.test/p/{x}, public addresses only; irreversible, key optional"],
      [],
    ]);
    expect([own.kind.overlap(own.scope, own.scope), own.kind.overlap(own.scope, other)]).toEqual(["the call it", undefined]);
    expect([own.kind.keys?.(own.scope), own.kind.keys?.(other)]).toEqual([["it"], []]);
    expect(own.kind.neighbors(other)).toEqual([]);
  });

  it("is nothing under a card that does not declare it", async () => {
    await using dns = await dnsServer(() => []);
    const kind = callKind("it", { servers: [dns.at] }, limits);
    const scope = kind.scope({ calls: { other: it1 } }, { route: "b", home: "/", base: "/", own: [], peers: [] });
    const asked = { argument: "request", access: "write", operation: "POST", beside: [scope], signal: new AbortController().signal } as const;
    expect(await kind.resolve({ path: { x: "a" } }, scope, asked)).toMatchObject({ decision: "deny", code: "net.host_not_allowed", rule: "not-declared" });
    expect(dns.asked).toEqual([]);
  });

  it("reads the same part of a card as every other of its family", () => {
    expect(callKind("a", {}, limits).targets).toBe(callKind("b", {}, limits).targets);
  });

  it.each([
    ["..", "path-dot-segment"],
    ["a/b", "path-separator"],
    ["%2e%2e%2f", "path-percent"],
    ["", "path-empty"],
    ["a\nb", "path-control"],
  ])("with %j in its path is denied before its host is looked up", async (x, rule) => {
    await using dns = await dnsServer(() => []);
    const denied = await declare({ calls: { it: it1 } }, policyNetwork(dns.at)).resolve({ path: { x } });
    expect(denied).toMatchObject({
      decision: "deny",
      code: "net.url",
      rule,
      record: { raw: JSON.stringify({ path: { x } }), host: "a.test", code: "net.url" },
    });
    expect(dns.asked).toEqual([]);
  });

  it.each<readonly [string, string]>([
    ["as it is", "a".repeat(8_180)],
    ["once it is encoded", "é".repeat(2_000)],
  ])("whose URL is too long %s says so", async (_name, x) => {
    await using dns = await dnsServer(() => []);
    const denied = await declare({ calls: { it: it1 } }, policyNetwork(dns.at)).resolve({ path: { x } });
    expect(denied).toMatchObject({ code: "net.url", rule: "too-long", message: "The URL would be longer than 8192 characters." });
    expect(dns.asked).toEqual([]);
  });

  it("with a body above 64 KiB is denied, and its content is in no record", async () => {
    await using dns = await dnsServer(() => []);
    const call = { ...it1, url: "https://a.test/", path: {}, body: { type: "object", properties: { a: { type: "string", maxLength: 65_536 } } } };
    const declared = declare({ calls: { it: call } }, policyNetwork(dns.at));
    const body = { a: "SECRET".repeat(10_923) };
    const denied = await declared.resolve({ body });
    expect(denied).toMatchObject({ decision: "deny", code: "limit.input", rule: "body-bytes", record: { raw: "{}" } });
    expect(JSON.stringify(denied)).not.toContain("SECRET");
    expect(dns.asked).toEqual([]);
    expect(JSON.stringify(await declared.resolve({ body: { a: "SECRET" } }))).not.toContain("SECRET");
  });

  it.each<readonly [string, readonly string[], string, string]>([
    ["loopback", ["127.0.0.1"], "net.address", "loopback"],
    ["loopback of IPv6", ["::1"], "net.address", "loopback"],
    ["a private network", ["10.1.2.3"], "net.address", "private"],
    ["a metadata service", ["169.254.169.254"], "net.address", "metadata"],
    ["link-local addresses", ["169.254.1.1"], "net.address", "link-local"],
    ["a unique local address", ["fd00::1"], "net.address", "unique-local"],
    ["a public and a private address", ["93.184.216.34", "192.168.0.1"], "net.address", "private"],
  ])("whose name leads to %s is denied, and nothing is connected to (U1, U2)", async (_name, addresses, code, category) => {
    await using origin = await httpOrigin((_, response) => response.end());
    await using dns = await dnsServer((name, type) => a(name, ...addresses).filter((record) => record.type === type));
    const call = { ...it1, url: `https://a.test:${origin.port}/p/{x}` };
    const denied = await declare({ calls: { it: call } }, policyNetwork(dns.at)).resolve({ path: { x: "a" } });
    expect(denied).toMatchObject({
      decision: "deny",
      code,
      rule: category,
      record: { canonical: `https://a.test:${origin.port}/p/a`, withheld: ["addresses"] },
    });
    if (denied.decision === "deny") expect(denied.message).not.toContain(addresses[0]);
    expect(origin.connections).toBe(0);
  });

  it("says the same of two requests only where method, URL and body are the same", async () => {
    const targets = {
      ...toLoopback(80, {
        url: "http://127.0.0.1:80/".replace(":80", ""),
        body: { type: "object", properties: { a: { type: "integer" }, b: { type: "integer" } } },
        query: { q: { type: "string" } },
      }),
    };
    const declared = declare(targets);
    const identity = async (raw: object): Promise<string> => {
      const resolved = await declared.resolve(raw);
      return resolved.decision === "allow" ? (declared.kind.identity?.(resolved) ?? "") : expect.unreachable(resolved.message);
    };
    expect(await identity({ body: { a: 1 } })).toBe(await identity({ body: { a: 1 } }));
    const all = await Promise.all([{ body: { a: 1 } }, { body: { b: 1 } }, { body: {} }, {}, { query: { q: "" }, body: {} }].map(identity));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a card whose call could never be sent, or not safely, is refused when it is loaded (S4)", () => {
  const lane = laneOf({ reaches: (host) => host === "b.test" });
  it.each<readonly [string, Record<string, unknown>, Partial<ScopeContext>, string]>([
    ["loopback", { calls: { it: { ...it1, url: "http://127.0.0.1/", path: {} } } }, {}, "never given (loopback)"],
    [
      "a metadata service",
      { calls: { it: { ...it1, url: "http://169.254.169.254/", path: {} } }, internal: { networks: ["169.254.0.0/16"], ports: [80] } },
      {},
      "never given (metadata)",
    ],
    ["a special name", { calls: { it: { ...it1, url: "https://hub.internal/", path: {} } } }, {}, "net.name"],
    [
      "a port that internal does not name",
      { calls: { it: { ...it1, url: "http://10.0.0.1:81/", path: {} } }, internal: { networks: ["10.0.0.0/8"], ports: [80] } },
      {},
      "net.port",
    ],
    ["a host that the credential is not bound to", { calls: { it: it1 } }, { lane }, "not bound to a.test"],
  ])("%s", (_name, targets, context, why) => {
    expect(() => declare(targets, context)).toThrow(why);
  });
});
