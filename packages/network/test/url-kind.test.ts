import type { Committed, Resolution } from "@postern/policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUrlKind, type HeldUrl, type UrlKind } from "../src/url-kind.ts";
import type { UrlScope } from "../src/url-scope.ts";
import { a, dnsServer, type DnsServer } from "./dns-server.ts";
import { httpOrigin } from "./origin.ts";
import { patient, settingsFor } from "./reaching.ts";

// Only the evidence log makes one; here the decision is the test's own.
const committed = { call: "test", log: "test", index: 0 } as unknown as Committed;
const given = "127.0.0.77";

let dns: DnsServer;
let kind: UrlKind;
beforeAll(async () => {
  dns = await dnsServer((name, type) => (type === "A" ? a(name, name.startsWith("public.") ? "93.184.216.34" : given) : []));
  kind = createUrlKind(settingsFor(dns), { redirects: 5, connectMs: 1_000, headersMs: 1_000 });
});
afterAll(() => dns[Symbol.asyncDispose]());

function scope(targets: object, route = "card"): UrlScope {
  return kind.scope(targets, { route, home: "/nowhere", base: "/", own: [], peers: [] });
}

async function resolve(raw: string, of: UrlScope, beside: readonly UrlScope[] = [of]): Promise<Resolution<HeldUrl>> {
  return await kind.resolve(raw, of, { argument: "url", access: "read", operation: "url", beside, signal: patient });
}

describe("a card's targets (S4)", () => {
  it("none give nothing", async () => {
    for (const empty of [scope({}), scope({ hosts: [] })]) {
      expect(kind.grants(empty, "read")).toBe(false);
      expect(await resolve("https://public.example/", empty)).toMatchObject({ decision: "deny", code: "net.host_not_allowed" });
    }
  });

  it.each([
    [{ hosts: ["https://a.example"] }, /no host alone/],
    [{ hosts: ["metadata.google.internal"] }, /no name or address/],
    [{ hosts: ["a.example"], ports: [0] }, /ports/],
    [{ hosts: ["a.example"], internal: { networks: ["10.0.0.1/8"], ports: [80] } }, /no network/],
    [{ hosts: ["a.example"], internal: { networks: [], ports: [80] } }, /networks/],
    [{ hosts: ["a.example"], ports: [80], internal: { networks: ["10.0.0.0/8"], ports: [80] } }, /ports under internal/],
    [{ hosts: ["*"], internal: { networks: ["10.0.0.0/8"], ports: [80] } }, /names its hosts/],
    [{ hosts: ["a.example"], internal: { networks: ["10.0.0.0/8"], ports: [80], extra: 1 } }, /extra/],
  ])("%j are refused at load", (targets, why) => {
    expect(() => scope(targets)).toThrow(why);
  });

  it("are told to people, each host with what it gives", () => {
    expect(kind.describe(scope({ hosts: ["a.example", "*"] }))).toEqual(["a.example on 80, 443, public addresses only", "* on 80, 443, public addresses only"]);
    expect(kind.describe(scope({ hosts: ["a.example"], internal: { networks: ["10.0.0.0/8"], ports: [8443] } }))).toEqual([
      "a.example on 8443, only in 10.0.0.0/8",
    ]);
  });
});

describe("a decision's record (N2)", () => {
  it("holds raw and normalized URL, host, and every address with its class", async () => {
    expect(await resolve("HTTPS://Public.Example:443/%61?q#part", scope({ hosts: ["*"] }))).toMatchObject({
      decision: "allow",
      record: {
        raw: "HTTPS://Public.Example:443/%61?q#part",
        canonical: "https://public.example/%61?q#part",
        host: "public.example",
        addresses: [{ address: "93.184.216.34", category: "public" }],
      },
    });
  });

  it("of a denial holds the address, and does not tell it to the caller", async () => {
    const answer = await resolve("http://inside.example/", scope({ hosts: ["*"] }));
    expect(answer).toMatchObject({
      decision: "deny",
      code: "net.address",
      rule: "loopback",
      record: { addresses: [{ address: given, category: "loopback" }], withheld: ["addresses"], host: "inside.example" },
    });
    expect(answer.decision === "deny" ? answer.message : "").not.toContain(given);
  });
});

describe("several cards (N1, P2)", () => {
  it("the one that says most of a host governs it", () => {
    const scopes = [scope({ hosts: ["*"] }), scope({ hosts: ["*.example"] }), scope({ hosts: ["a.example"] })];
    const governing = kind.index(scopes);
    expect(["https://a.example/", "https://b.example/", "https://c.test/", "nonsense"].map(governing)).toEqual([[2], [1], [0], []]);
  });

  it("two that give the same host clash, and no others do", () => {
    const [one, two, three] = [scope({ hosts: ["a.example", "*.test"] }), scope({ hosts: ["A.example."] }), scope({ hosts: ["*.example"] })];
    expect([kind.overlap(one, two), kind.overlap(one, three)]).toEqual(["host a.example", undefined]);
  });

  it("a redirect to a host that another card governs is denied, though this one gives it as well", async () => {
    await using origin = await httpOrigin((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: `http://b.sub.test:${origin.port}/secret` }).end();
      else response.end("SECRET");
    }, given);
    const internal = { networks: [`${given}/32`], ports: [origin.port] };
    const [wide, narrow] = [scope({ hosts: ["*.test"], internal }), scope({ hosts: ["b.sub.test"], internal }, "other")];
    const fetchWith = async (beside: readonly UrlScope[]): Promise<unknown> => {
      const answer = await resolve(`http://a.test:${origin.port}/`, wide, beside);
      if (answer.decision === "deny") throw new Error(answer.code);
      const authority = kind.mint(answer, committed);
      return await authority.fetch({ method: "GET", signal: patient, mostBytes: 1_000 }).then(
        ({ body }) => body.toString(),
        (error: unknown) => error,
      );
    };
    // Without the other card the same redirect would be followed.
    expect(await fetchWith([wide])).toBe("SECRET");
    const before = origin.requests.length;
    expect(await fetchWith([wide, narrow])).toMatchObject({
      name: "LateDenial",
      code: "net.redirect",
      message: expect.stringContaining("another route card") as string,
    });
    expect(origin.requests.slice(before).map(({ path }) => path)).toEqual(["/"]);
  });
});

describe("neighbors of a card are denied by it, each with one of its codes (N1, N3)", () => {
  it.each([
    [{ hosts: ["docs.example", "*.wiki.example"] }],
    [{ hosts: ["*"] }],
    [{ hosts: ["wiki.corp.example"], internal: { networks: ["10.20.0.0/16"], ports: [8443] } }],
  ])("%j", async (targets) => {
    const card = scope(targets);
    const neighbors = kind.neighbors(card);
    expect(neighbors.length).toBeGreaterThanOrEqual(4);
    for (const { name, raw, codes } of neighbors) {
      const answer = await resolve(raw, card);
      expect([name, answer.decision === "deny" && codes.includes(answer.code)]).toEqual([name, true]);
    }
  });
});
