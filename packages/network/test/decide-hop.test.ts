import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attacks, noCorpus } from "./corpus.ts";
import { a, dnsServer, type DnsServer, type Records } from "./dns-server.ts";
import { decide, internalReach, network, publicReach, settingsFor } from "./reaching.ts";

const zone = new Map<string, readonly [Records, Records]>();
let server: DnsServer;
beforeAll(async () => {
  server = await dnsServer((name, type) => zone.get(name)?.[type === "A" ? 0 : 1] ?? "NXDOMAIN");
});
afterAll(() => server[Symbol.asyncDispose]());

const web = publicReach("*");

function host(...addresses: readonly string[]): string {
  const name = `h${zone.size}.example`;
  const of = (six: boolean): Records => a(name, ...addresses.filter((address) => address.includes(":") === six));
  zone.set(name, [of(false), of(true)]);
  return name;
}

describe("a name is allowed by all of its addresses or not at all", () => {
  it("public ones are, and one of them is pinned", async () => {
    const name = host("93.184.216.34", "2606:2800:220:1::1");
    const hop = await decide(`https://${name}/x`, web, settingsFor(server));
    expect(hop).toMatchObject({ outcome: "allowed", pin: { text: "93.184.216.34" }, target: { host: name, port: 443 } });
    expect(hop.seen.map(({ category }) => category)).toEqual(["public", "public"]);
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    loopback: ["127.0.0.1"],
    metadata: ["93.184.216.34", "169.254.169.254"],
    private: ["93.184.216.34", "192.168.1.1"],
    translated: ["::ffff:93.184.216.34"],
    "unique-local": ["93.184.216.34", "fd12::1"],
    unspecified: ["0.0.0.0"],
    shared: ["100.64.3.4"],
  };
  it.each(Object.entries(wrong))("%s among them denies: %j", async (category, addresses) => {
    const hop = await decide(`http://${host(...addresses)}/`, web, settingsFor(server));
    expect(hop).toMatchObject({ outcome: "denied", code: "net.address", rule: category });
    expect(hop.seen).toHaveLength(addresses.length);
  });

  it("the operator's service networks and the host's own addresses are internal", async () => {
    const settings = { ...settingsFor(server), serviceNetworks: [network("93.184.216.0/25")], own: new Set(["8.8.4.4"]) };
    expect(await decide(`http://${host("93.184.216.34")}/`, web, settings)).toMatchObject({ code: "net.address", rule: "service-network" });
    expect(await decide(`http://${host("8.8.4.4")}/`, web, settings)).toMatchObject({ code: "net.address", rule: "self" });
    expect(await decide("http://8.8.4.4/", web, settings)).toMatchObject({ code: "net.address", rule: "self" });
  });
});

describe("nobody is asked about what the card does not give (E6)", () => {
  it.each([
    ["http://elsewhere.example/", "net.host_not_allowed"],
    ["http://good.example:8080/", "net.port"],
    ["http://intranet/", "net.name"],
    ["http://metadata.google.internal/", "net.name"],
    ["http://good.example@evil.example/", "net.url"],
    ["http://169.254.169.254/", "net.address"],
    ["http://8.8.8.8/", "net.host_not_allowed"],
    ["http://0x7f.1/", "net.address"],
    ["http://134744072/", "net.ambiguous_ip"],
    ["gopher://good.example/", "net.scheme"],
  ])("%s is %s", async (raw, code) => {
    const before = server.asked.length;
    expect(await decide(raw, publicReach("good.example"), settingsFor(server))).toMatchObject({ outcome: "denied", code });
    expect(server.asked.length).toBe(before);
  });
});

describe("an internal card gives a host, on a network, at a port, and nothing else", () => {
  const reach = internalReach(["wiki.corp.example", "intranet"], ["10.20.0.0/16"], [8443]);
  const give = (...addresses: readonly string[]): void => void zone.set("wiki.corp.example", [a("wiki.corp.example", ...addresses), []]);

  it("all three", async () => {
    give("10.20.3.4");
    expect(await decide("https://wiki.corp.example:8443/", reach, settingsFor(server))).toMatchObject({ outcome: "allowed", pin: { text: "10.20.3.4" } });
  });

  it.each([
    ["another port", "https://wiki.corp.example/", ["10.20.3.4"], "net.port"],
    ["another host", "https://other.corp.example:8443/", ["10.20.3.4"], "net.host_not_allowed"],
    ["another network", "https://wiki.corp.example:8443/", ["10.21.3.4"], "net.address"],
    ["another network among them", "https://wiki.corp.example:8443/", ["10.20.3.4", "10.21.3.4"], "net.address"],
    ["the public side of the same name", "https://wiki.corp.example:8443/", ["93.184.216.34"], "net.address"],
    ["metadata", "https://wiki.corp.example:8443/", ["10.20.3.4", "169.254.169.254"], "net.address"],
  ] as const)("not %s", async (_name, raw, addresses, code) => {
    give(...addresses);
    expect(await decide(raw, reach, settingsFor(server))).toMatchObject({ outcome: "denied", code });
  });

  it("a name of one label only where the card names it", async () => {
    zone.set("intranet", [a("intranet", "10.20.9.9"), []]);
    expect(await decide("http://intranet:8443/", reach, settingsFor(server))).toMatchObject({ outcome: "allowed" });
    expect(await decide("http://intranet:8443/", internalReach(["*"], ["10.20.0.0/16"], [8443]), settingsFor(server))).toMatchObject({ code: "net.name" });
  });

  it("metadata never, whatever networks a card names", async () => {
    const all = internalReach(["*"], ["0.0.0.0/0", "::/0"], [80]);
    for (const raw of ["http://169.254.169.254/", "http://168.63.129.16/", "http://[fd00:ec2::254]/", "http://100.100.100.200/"]) {
      expect([raw, await decide(raw, all, settingsFor(server))]).toMatchObject([raw, { code: "net.address", rule: "metadata" }]);
    }
    for (const raw of ["http://0.0.0.0/", "http://224.0.0.1/", "http://240.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://169.254.1.1/", "http://192.0.2.1/"]) {
      expect([raw, await decide(raw, all, settingsFor(server))]).toMatchObject([raw, { code: "net.address" }]);
    }
  });
});

describe(`every denied URL of the corpus is denied by a card for the whole web${noCorpus}`, () => {
  const kinds = ["url-ip", "url-name", "url-ip-obfuscated", "url-invalid", "url-ipv6-embedded", "url-scheme", "url-parser"];
  const open = new Set(["name", "host-not-allowed"]);
  const cases = attacks(...kinds).filter(({ expected_category }) => !open.has(expected_category));
  it.skipIf(noCorpus !== "")(`it has more than 150 of them${noCorpus}`, () => {
    expect(cases.length).toBeGreaterThan(150);
  });
  it.each(cases.map(({ input, ...rest }) => ({ ...rest, raw: String(input), shown: JSON.stringify(input) })))(
    "$shown: $why",
    async ({ raw, expected_category }) => {
      // What a name of the corpus resolves to in life, here and now.
      zone.set(new URL(URL.canParse(raw) ? raw : "http://none.example").hostname, [
        a("x", expected_category.includes("metadata") ? "169.254.169.254" : "127.0.0.1"),
        [],
      ]);
      expect(await decide(raw, web, settingsFor(server))).toMatchObject({ outcome: "denied" });
    },
  );
});

describe("with aliases asked for (N2)", () => {
  const chains: Readonly<Record<string, string>> = { "short.test": "long.example", "inside.test": "db.internal", "meta.test": "metadata.google.internal" };
  const decideAliased = async (name: string, aliases = true): Promise<unknown> => {
    await using dns = await dnsServer((asked, type) => {
      const data = chains[asked];
      if (type === "CNAME") return data === undefined ? [] : [{ type, name: asked, ttl: 0, data }];
      return type === "A" ? a(asked, "93.184.216.34") : [];
    });
    return await decide(`https://${name}/`, publicReach("*"), { ...settingsFor(dns), aliases });
  };

  it("they are in the decision", async () => {
    expect(await decideAliased("short.test")).toMatchObject({ outcome: "allowed", aliases: ["long.example"] });
  });

  it.each([
    ["inside.test", "alias-special-name"],
    ["meta.test", "alias-metadata"],
  ])("one that is never resolved denies the name, whatever its address says: %s", async (name, rule) => {
    expect(await decideAliased(name)).toMatchObject({ outcome: "denied", code: "net.name", rule });
    // Without them only the address counts.
    expect(await decideAliased(name, false)).toMatchObject({ outcome: "allowed" });
  });
});
