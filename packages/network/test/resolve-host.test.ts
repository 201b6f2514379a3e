import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveAliases } from "../src/resolve-aliases.ts";
import { resolveHost } from "../src/resolve-host.ts";
import { a, dnsServer, type DnsServer, type Records } from "./dns-server.ts";

const patient = new AbortController().signal;
const many = Array.from({ length: 33 }, (_, at) => `93.184.216.${at}`);

/** By name: what is told of A, and of AAAA. */
const zone: Readonly<Record<string, readonly [Records, Records]>> = {
  "both.example": [a("both.example", "93.184.216.34", "93.184.216.35"), a("both.example", "2606:2800:220:1::1")],
  "four.example": [a("four.example", "93.184.216.34"), []],
  "six.example": [[], a("six.example", "2606:2800:220:1::1")],
  "mixed.example": [a("mixed.example", "93.184.216.34", "169.254.169.254"), []],
  "mapped.example": [[], a("mapped.example", "::ffff:127.0.0.1")],
  "none.example": [[], []],
  "dangling.example": [
    [{ type: "CNAME", name: "dangling.example", ttl: 0, data: "gone.example" }],
    [{ type: "CNAME", name: "dangling.example", ttl: 0, data: "gone.example" }],
  ],
  "half.example": ["SERVFAIL", a("half.example", "2606:2800:220:1::1")],
  "refused.example": [a("refused.example", "93.184.216.34"), "REFUSED"],
  "gone.example": ["NXDOMAIN", "NXDOMAIN"],
  "odd.example": ["NXDOMAIN", a("odd.example", "2606:2800:220:1::1")],
  "silent.example": ["silence", "silence"],
  "shy.example": [a("shy.example", "93.184.216.34"), "silence"],
  "many.example": [a("many.example", ...many), []],
  "alias.example": [[{ type: "CNAME", name: "alias.example", ttl: 0, data: "both.example" }, ...a("both.example", "93.184.216.34")], []],
};

let server: DnsServer;
beforeAll(async () => {
  server = await dnsServer((name, type) => zone[name]?.[type === "A" ? 0 : 1] ?? "NXDOMAIN");
});
afterAll(() => server[Symbol.asyncDispose]());

const lookup = (host: string, more: object = {}) => resolveHost(host, { signal: patient, servers: [server.at], timeoutMs: 100, ...more });

describe("a name is resolved as a whole or not at all", () => {
  const resolved: Readonly<Record<string, readonly string[]>> = {
    "both.example": ["93.184.216.34", "93.184.216.35", "2606:2800:220:1::1"],
    "four.example": ["93.184.216.34"],
    "six.example": ["2606:2800:220:1::1"],
    "mixed.example": ["93.184.216.34", "169.254.169.254"],
    "mapped.example": ["::ffff:7f00:1"],
    "alias.example": ["93.184.216.34"],
  };
  it.each(Object.entries(resolved))("%s", async (host, addresses) => {
    const found = await lookup(host);
    expect(found).toMatchObject({ outcome: "resolved", addresses: addresses.map((text) => ({ text })) });
  });

  const unresolved = {
    "none.example": "dns-nodata",
    "dangling.example": "dns-nodata",
    "half.example": "dns-error",
    "refused.example": "dns-error",
    "gone.example": "dns-not-found",
    "odd.example": "dns-error",
    "silent.example": "dns-timeout",
    "shy.example": "dns-timeout",
    "many.example": "dns-too-many",
  };
  it.each(Object.entries(unresolved))("not %s: %s", async (host, rule) => {
    expect(await lookup(host)).toMatchObject({ outcome: "unresolved", rule });
  });

  it("a family that the operator left out is not asked for", async () => {
    expect(await lookup("shy.example", { families: [4] })).toMatchObject({ outcome: "resolved" });
    expect(server.asked.filter((question) => question === "AAAA shy.example").length).toBeLessThanOrEqual(2);
  });

  it("nothing is kept: each lookup asks again", async () => {
    const before = server.asked.length;
    await lookup("four.example");
    await lookup("four.example");
    expect(server.asked.slice(before).toSorted()).toEqual(["A four.example", "A four.example", "AAAA four.example", "AAAA four.example"]);
  });

  it.each(["localhost", "127.1", "0x7f.1", "2130706433"])("neither the host's own files nor odd spellings of addresses answer for %s", async (host) => {
    expect(await lookup(host)).toMatchObject({ outcome: "unresolved" });
  });
});

it("stops at once when its caller does (N5)", async () => {
  const stop = new AbortController();
  const began = performance.now();
  const pending = lookup("silent.example", { signal: stop.signal, timeoutMs: 5_000 });
  setTimeout(() => stop.abort(new Error("enough")), 20);
  await expect(pending).rejects.toThrow("enough");
  expect(performance.now() - began).toBeLessThan(1_000);
});

describe("the names that a name stands for are told one by one", () => {
  const chains: Readonly<Record<string, string>> = { "one.example": "Two.example", "two.example": "three.internal", "circle.example": "circle.example" };
  const follow = async (host: string, broken = ""): Promise<unknown> => {
    await using dns = await dnsServer((name, type) => {
      const data = chains[name];
      if (name === broken) return "SERVFAIL";
      return type === "CNAME" && data !== undefined ? [{ type, name, ttl: 0, data }] : [];
    });
    return await resolveAliases(host, { signal: patient, servers: [dns.at], timeoutMs: 100 });
  };

  it.each([
    ["plain.example", []],
    ["one.example", ["two.example", "three.internal"]],
  ])("%s", async (host, names) => {
    expect(await follow(host)).toEqual({ outcome: "resolved", names });
  });

  it("a circle and a failing resolver are no answer", async () => {
    expect(await follow("circle.example")).toEqual({ outcome: "unresolved", rule: "dns-alias-chain" });
    expect(await follow("one.example", "two.example")).toEqual({ outcome: "unresolved", rule: "dns-error" });
  });
});
