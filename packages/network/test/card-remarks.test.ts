import { parsePolicy, PolicyError, problemLine, type ServerShape } from "@postern/policy";
import { describe, expect, it } from "vitest";
import { parseNetwork } from "../src/address.ts";
import { internalRemarks } from "../src/internal-remarks.ts";
import { createUrlKind } from "../src/url-kind.ts";
import { callKind } from "../src/write/index.ts";
import { limits } from "./write/calls.ts";

const servers: readonly ServerShape[] = [
  { name: "fetch-read", kinds: [createUrlKind({}, { redirects: 5, connectMs: 1, headersMs: 1 })], tools: ["fetch"] },
  { name: "fetch-write", kinds: [callKind("", {}, limits), callKind("send", {}, limits)], tools: [], openTools: true },
];

/** What is told of a file whose line 4 has one section more, and whose line 6 is the card. */
function told(card: string, section = "", server = "fetch-read"): { readonly refused: readonly string[]; readonly notes: readonly string[] } {
  const head = `version: 1\nprincipals:\n  - { id: me, stdio: true }\n${section === "" ? "#" : section}\nroutes:\n`;
  try {
    const policy = parsePolicy(`${head}  - { id: a, server: ${server}, principals: [me], tools: "*",\n      ${card} }\n`, "p.yaml", servers);
    return { refused: [], notes: policy.notes.map(problemLine) };
  } catch (error) {
    if (error instanceof PolicyError) return { refused: error.problems.map(problemLine), notes: [] };
    throw error;
  }
}

const internal = (network: string, more = ""): string => `targets: { internal: { networks: ["${network}"], ports: [443] }, hosts: [wiki.corp.example]${more} }`;
const web = (hosts: string, more = ""): string => `targets: { hosts: [${hosts}]${more} }`;
const named = "which an internal card gives only where network.serviceNetworks names it as one's own";
const never = "which no card can give";
const instead = "which no public card can give; make it an internal card (internal: { networks, ports })";
const wide = "is wider than any network of one owner; name the networks that the hosts are in";
const carrying = "carries IPv4 addresses (translated), which no card can give so; name their network of IPv4";

describe("networks of an internal card that can never be given are refused at load, at their place (S4, N1)", () => {
  it.each([
    ["169.254.169.254/32", `is metadata, ${never}`],
    ["fd00:ec2::254/128", `is metadata, ${never}`],
    ["169.254.0.0/16", `is link-local, ${named}`],
    ["fe80::/10", `is link-local, ${named}`],
    ["8.8.8.0/24", `is public, ${named}`],
    ["2606:4700::/32", `is public, ${named}`],
    ["203.0.113.0/24", `is documentation, ${named}`],
    ["198.18.0.0/15", `is benchmarking, ${named}`],
    ["240.0.0.0/4", `is reserved, ${named}`],
    ["224.0.0.0/4", `is multicast, ${never}`],
    ["0.0.0.0/8", `is unspecified and current-network, ${never}`],
    ["0.0.0.0/32", `is unspecified, ${never}`],
    ["255.255.255.255/32", `is broadcast, ${never}`],
    ["100::/64", `is discard, ${never}`],
    ["::ffff:0:0/96", carrying],
    ["2002::/16", carrying],
    ["64:ff9b::/96", carrying],
    ["0.0.0.0/0", wide],
    ["0.0.0.0/3", wide],
    ["::/0", wide],
    ["2000::/3", wide],
  ])("%s %s", (network, why) => {
    const here = `p.yaml:7:41 routes.0.targets.internal.networks.0: ${network} ${why}`;
    expect(told(internal(network)).refused).toEqual([here]);
    const call = '{ send: { description: What it does., method: POST, url: "https://wiki.corp.example/in" } }';
    expect(told(internal(network).replace("hosts: [wiki.corp.example]", `calls: ${call}`), "", "fetch-write").refused).toEqual([here]);
  });

  it.each(["172.0.0.0/8", "192.168.0.0/15"])("%s gives a part of itself, which is told and served", (network) => {
    const note = `p.yaml:7:41 routes.0.targets.internal.networks.0: ${network} holds public addresses too, and an internal card gives none of those`;
    expect(told(internal(network))).toEqual({ refused: [], notes: [note] });
  });

  it.each([
    ["10.0.0.0/8", ""],
    ["172.16.0.0/12", ""],
    ["100.64.0.0/10", ""],
    ["127.0.0.0/8", ""],
    ["::1/128", ""],
    ["fc00::/7", ""],
    ["fd00::/8", ""],
    ["fec0::/10", ""],
    ["8.8.8.0/24", "network: { serviceNetworks: [8.8.8.8/32] }"],
    ["240.0.0.0/4", "network: { serviceNetworks: [240.0.0.0/4] }"],
    ["169.254.20.10/32", "network: { serviceNetworks: [169.254.20.10/32] }"],
    ["64:ff9b::/96", "network: { nat64Prefixes: [64:ff9b::/96] }"],
  ])("%s can be given, and nothing is told (%s)", (network, section) => {
    expect(told(internal(network), section)).toEqual({ refused: [], notes: [] });
  });

  it("an address of the host itself is given wherever it lies", () => {
    const remarks = (own: ReadonlySet<string>) => [...internalRemarks({ networks: ["93.184.216.32/28"], ports: [443] }, { own })];
    expect(parseNetwork("93.184.216.32/28")).toBeDefined();
    expect(remarks(new Set(["93.184.216.34"]))).toEqual([]);
    expect(remarks(new Set(["93.184.216.64"]))).toMatchObject([{ weight: "refuse" }]);
  });
});

describe("hosts that their card can never reach are refused at load (S4, N1)", () => {
  it.each([
    ["localhost", `localhost is a special name, ${instead}`],
    ["intranet", `intranet is a special name, ${instead}`],
    ["printer.local", `printer.local is a special name, ${instead}`],
    ['"*.local"', `*.local is a special name, ${instead}`],
    ["127.0.0.1", `127.0.0.1 is loopback, ${instead}`],
    ["10.0.0.1", `10.0.0.1 is private, ${instead}`],
    ['"::1"', `::1 is loopback, ${instead}`],
    ["169.254.169.254", `169.254.169.254 is metadata, ${never}`],
    ["224.0.0.1", `224.0.0.1 is multicast, ${never}`],
    ["metadata.google.internal", 'the host "metadata.google.internal" is no name or address that can be reached'],
  ])("%s on a public card", (host, why) => {
    expect(told(web(`a.example, ${host}`)).refused).toEqual([`p.yaml:7:37 routes.0.targets.hosts.1: ${why}`]);
  });

  it("an address outside of the networks of its internal card, and metadata within", () => {
    expect(told(`targets: { hosts: [10.1.0.1, 100.100.100.200], internal: { networks: [10.0.0.0/16, 100.64.0.0/10], ports: [443] } }`).refused).toEqual([
      "p.yaml:7:26 routes.0.targets.hosts.0: 10.1.0.1 lies in none of the card's internal networks",
      "p.yaml:7:36 routes.0.targets.hosts.1: 100.100.100.200 is metadata, which no card can give",
    ]);
    const call = (url: string): string =>
      `targets: { internal: { networks: [10.0.0.0/16], ports: [80] }, calls: { it: { description: What it does., method: POST, url: "${url}" } } }`;
    expect(told(call("http://10.0.0.1/"), "", "fetch-write")).toEqual({ refused: [], notes: [] });
    expect(told(call("http://10.1.0.1/"), "", "fetch-write").refused).toEqual([
      "p.yaml:7:132 routes.0.targets.calls.it.url: 10.1.0.1 lies in none of the card's internal networks",
    ]);
  });

  it("what is public, and special names of an internal card, are not", () => {
    expect(told(web('"*", "*.example.com", 8.8.8.8, "2606:4700::1111", example.test, "*.co.uk"'))).toEqual({ refused: [], notes: [] });
    expect(told(web('localhost, intranet, "*.local", 10.0.0.1', ", internal: { networks: [10.0.0.0/8, 127.0.0.0/8], ports: [80] }"))).toEqual({
      refused: [],
      notes: [],
    });
  });

  it("all names below a single label are told of, and served", () => {
    expect(told(web('"*.com"')).notes).toEqual(["p.yaml:7:26 routes.0.targets.hosts.0: *.com gives every name below com, whoever holds it"]);
  });

  it.each(["x.invalid", "*.invalid"])("%s, which no resolver answers for, is told of, and served", (host) => {
    expect(told(web(`"${host}"`))).toEqual({ refused: [], notes: [`p.yaml:7:26 routes.0.targets.hosts.0: ${host} is a name that no resolver answers for`] });
  });

  it.each(["xn--a.example.com", "*.xn--a.example.com"])("%s, which stands for nothing, is told of, and served", (host) => {
    const note = `p.yaml:7:26 routes.0.targets.hosts.0: ${host} has a label that begins with xn-- and stands for nothing`;
    expect(told(web(`"${host}"`))).toEqual({ refused: [], notes: [note] });
    expect(told(web(`"${host}"`, ", internal: { networks: [10.0.0.0/8], ports: [80] }"))).toEqual({ refused: [], notes: [note] });
    expect(told(web("xn--bcher-kva.example, xn--i-7iq.example, x.xn--p1ai"))).toEqual({ refused: [], notes: [] });
  });

  it.each(["localhost", "a.localhost", "ip6-loopback"])("%s without a network of loopback is told of, and served", (host) => {
    const card = (networks: string): string => web(host, `, internal: { networks: ["${networks}"], ports: [80] }`);
    const note = `${host} is a name of loopback, which is in none of the card's internal networks`;
    expect(told(card("10.0.0.0/8"))).toEqual({ refused: [], notes: [`p.yaml:7:26 routes.0.targets.hosts.0: ${note}`] });
    expect(told(card("127.0.0.0/8"))).toEqual({ refused: [], notes: [] });
    expect(told(card("::1/128"))).toEqual({ refused: [], notes: [] });
  });

  it.each([
    [6, "10.0.0.0/8", "fd00::/8"],
    [4, "fd00::/8", "10.0.0.0/8"],
  ])("a name that is asked for addresses of IPv%i alone, in networks of the other", (family, network, other) => {
    const section = `network: { families: [${family}] }`;
    const card = (networks: string): string => web('a.example, "*.b.example"', `, internal: { networks: [${networks}], ports: [80] }`);
    const why = `is asked for addresses of IPv${family} alone (network.families), and none of the card's networks is`;
    expect(told(card(`"${network}"`), section).refused).toEqual([
      `p.yaml:7:26 routes.0.targets.hosts.0: a.example ${why}`,
      `p.yaml:7:37 routes.0.targets.hosts.1: *.b.example ${why}`,
    ]);
    expect(told(card(`"${network}", "${other}"`), section)).toEqual({ refused: [], notes: [] });
    // An address is asked of nobody.
    const literal = family === 6 ? "10.0.0.1" : '"fd00::1"';
    expect(told(web(literal, `, internal: { networks: ["${network}"], ports: [80] }`), section)).toEqual({ refused: [], notes: [] });
    expect(told(web('1.1.1.1, "2606:4700::1111"'), section)).toEqual({ refused: [], notes: [] });
  });

  it("a card that names none is told of, and served", () => {
    expect(told(web("", ", ports: [443]")).notes).toEqual(["p.yaml:7:25 routes.0.targets.hosts: names no hosts, so it allows nothing"]);
    expect(told("targets: { internal: { networks: [10.0.0.0/8], ports: [80] } }").notes).toEqual([
      "p.yaml:7:16 routes.0.targets.hosts: names no hosts, so it allows nothing",
    ]);
    expect(told("targets: { calls: {} }", "", "fetch-write").notes).toEqual(["p.yaml:7:25 routes.0.targets.calls: declares no calls, so it allows nothing"]);
  });

  it.each(["networks: [], ports: [80]", "networks: [10.0.0.0/8], ports: []"])("an internal card of nothing is refused: %s", (given) => {
    expect(told(web("a.example", `, internal: { ${given} }`)).refused).toEqual([
      expect.stringMatching(/ is empty, so the card would give nothing; name at least one$/),
    ]);
  });
});

describe("networks of services that nobody has are refused at load (S4)", () => {
  const public_ = "is wider than any network of one owner: hosts of the public internet would be internal";
  it.each([
    ["0.0.0.0/0", public_],
    ["::/0", public_],
    ["128.0.0.0/2", public_],
    ["2600::/12", public_],
    ["224.0.0.0/4", "is multicast, and no network of services"],
    ["0.0.0.0/8", "is unspecified and current-network, and no network of services"],
    ["169.254.169.254/32", "is metadata, and no network of services"],
    ["64:ff9b::/96", "is translated, and no network of services"],
  ])("%s %s", (network, why) => {
    const section = `network: { serviceNetworks: [10.0.0.0/8, "${network}"] }`;
    // Once, however many cards there are and whoever serves them.
    const second = `${web("a.example")} }\n  - { id: b, server: fetch-read, principals: [me], tools: "*", ${web("b.example")}`;
    expect(told(second, section).refused).toEqual([`p.yaml:4:42 network.serviceNetworks.1: ${network} ${why}`]);
  });

  it.each(["8.0.0.0/8", "240.0.0.0/4", "169.254.20.10/32", "100.64.0.0/10", "2600:1f00::/24", "fd00::/8"])("%s is taken", (network) => {
    expect(told(web("a.example"), `network: { serviceNetworks: ["${network}"] }`)).toEqual({ refused: [], notes: [] });
  });
});

describe("what stands in a list twice is refused at load (S4)", () => {
  it.each([
    [web("a.example, A.example"), "", "7:37 routes.0.targets.hosts.1"],
    [web("a.example", ", ports: [443, 443]"), "", "7:51 routes.0.targets.ports.1"],
    [web("a.example", ", internal: { networks: [10.0.0.0/8, 10.0.0.0/8], ports: [80] }"), "", "7:73 routes.0.targets.internal.networks.1"],
    [web("a.example", ", internal: { networks: [10.0.0.0/8], ports: [80, 80] }"), "", "7:86 routes.0.targets.internal.ports.1"],
    [web("a.example"), "network: { families: [4, 4] }", "4:26 network.families.1"],
    [web("a.example"), "network: { resolvers: [9.9.9.9, 9.9.9.9] }", "4:33 network.resolvers.1"],
    [web("a.example"), "credentials: { k: { source: { env: K }, hosts: [a.example, A.example] } }", "4:60 credentials.k.hosts.1"],
  ])("%s %s", (card, section, place) => {
    expect(told(card, section).refused).toEqual([`p.yaml:${place}: stands here for the second time`]);
  });
});

describe("a credential that its card never sends is told of (S4, R2)", () => {
  const lane = (hosts: string): string => `credentials: { k: { source: { env: K }, hosts: [${hosts}] } }`;
  it.each([
    ["", web("a.example"), "it is bound to no host"],
    ["b.example, a.example.org", web('a.example, "*.b.example"'), "it is bound to none of the card's hosts"],
    ["a.example", web("a.example", ", ports: [80]"), "the card gives port 80 alone, and over http no public host gets it"],
  ])("bound to [%s], %s", (hosts, card, why) => {
    expect(told(`credential: k, ${card}`, lane(hosts))).toEqual({ refused: [], notes: [`p.yaml:7:19 routes.0.credential: is never sent: ${why}`] });
  });

  it.each([
    ["a.example", web("a.example, b.example")],
    ["a.b.example", web('"*.b.example"')],
    ['"*.b.example"', web("a.b.example")],
    ['"*.b.example"', web('"*.a.b.example"')],
    ["a.example", web('"*"')],
    ["A.example", web("a.example", ", ports: [80, 443]")],
    ["a.example", web("a.example", ", internal: { networks: [10.0.0.0/8], ports: [80] }")],
  ])("and one that is sent somewhere is not: bound to [%s], %s", (hosts, card) => {
    expect(told(`credential: k, ${card}`, lane(hosts))).toEqual({ refused: [], notes: [] });
  });

  it("a declared call to a host that it is not bound to is refused", () => {
    const card = 'credential: k, targets: { calls: { send: { description: What it does., method: POST, url: "https://b.example/" } } }';
    expect(told(card, lane("a.example"), "fetch-write").refused).toEqual([
      "p.yaml:7:97 routes.0.targets.calls.send.url: the credential k is not bound to b.example",
    ]);
    expect(told(card, lane("b.example"), "fetch-write")).toEqual({ refused: [], notes: [] });
  });
});

describe("what is looked up before a human says yes is told at load (B3, S4)", () => {
  const before = "looked up (DNS) before a human says yes, which tells it to whoever answers for it";
  it.each<readonly [string, readonly string[]]>([
    ['"*"', [`any name that a caller chooses is ${before}`]],
    ['b.example, "*.a.example"', [`names below a.example that a caller chooses are ${before}`]],
  ])("of a card with approval for %s", (hosts, notes) => {
    expect(told(`${web(hosts)}, approval: required`).notes.map((note) => note.replace(/^.*?: /, ""))).toEqual(notes);
  });

  it("and not of one whose names the operator chose, or that asks nobody", () => {
    expect(told(`${web('b.example, "8.8.8.8"')}, approval: required`).notes).toEqual(told(web('b.example, "8.8.8.8"')).notes);
    expect(told(web('"*", "*.a.example"')).notes).toEqual([]);
  });
});
