import type { RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { a, cname, dnsServer, type DnsServer, type Records } from "../../packages/network/test/dns-server.ts";
import { httpOrigin, type Origin } from "../../packages/network/test/origin.ts";
import { expect } from "../expect.ts";
import { noRobots, startFetcher } from "./start-fetcher.ts";

/** The one address that the card gives; what listens on the other one must never hear of us. */
const given = "127.0.0.77";
const withheld = "127.0.0.78";
const many = Array.from({ length: 33 }, (_, at) => `127.0.0.${at + 100}`);

let dns: DnsServer;
let origin: Origin;
let sink: Origin;
let server: RunningServer;
/** By name: what is told of A, and of AAAA. */
const zone = new Map<string, readonly [Records, Records]>();
let turns = 0;

beforeAll(async () => {
  dns = await dnsServer((name, type) => {
    if (name.endsWith("rebind.test")) return type === "A" ? a(name, (turns += 1) % 2 === 1 ? given : withheld) : [];
    return zone.get(name)?.[type === "A" ? 0 : 1] ?? "NXDOMAIN";
  });
  origin = await httpOrigin((request, response) => {
    response.writeHead(request.url === "/robots.txt" ? 404 : 200, { "content-type": "text/plain" }).end("GIVEN");
  }, given);
  sink = await httpOrigin((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("WITHHELD"), withheld);
  server = await startFetcher({ cards: { web: targets() }, network: `{ resolvers: ["${dns.at}"] }` });
});
afterAll(async () => {
  await server.close();
  for (const each of [dns, origin, sink]) await each[Symbol.asyncDispose]();
});

function targets(): string {
  return `{ hosts: ["*.test"], internal: { networks: [${given}/32], ports: [${origin.port}, ${sink.port}] }${noRobots} }`;
}

describe("a name that changes its address (U1)", () => {
  test("is denied or goes where it was classified: of 1,000 calls at TTL 0 none gets elsewhere", { timeout: 120_000 }, async () => {
    const outcomes = { given: 0, denied: 0 };
    const lane = async (calls: number): Promise<void> => {
      for (let round = 0; round < calls; round += 1) {
        // Both ports: where the other address listens, and where the right one does.
        const port = round % 4 === 3 ? sink.port : origin.port;
        const answer = await server.call("fetch", { url: `http://${round % 7}.rebind.test:${port}/` });
        expect(answer.text).not.toContain("WITHHELD");
        if (answer.denial?.code === "net.address") outcomes.denied += 1;
        else if (answer.text.includes("GIVEN") || answer.failure?.code === "net.connect") outcomes.given += 1;
        else expect.unreachable(answer.text);
      }
    };
    await Promise.all(Array.from({ length: 4 }, () => lane(250)));
    expect([outcomes.given + outcomes.denied, sink.connections]).toEqual([1_000, 0]);
    expect(Math.min(outcomes.given, outcomes.denied)).toBeGreaterThan(100);
  });
});

interface Row {
  readonly name: string;
  readonly told: readonly [Records, Records];
  readonly code: string;
  readonly rule: string;
  readonly categories?: readonly string[];
}

const denied: readonly Row[] = [
  row("one right and one wrong address", [a("one.test", given, withheld), []], "net.address", "loopback", ["loopback", "loopback"]),
  row("one right and one wrong address, the wrong one first", [a("two.test", withheld, given), []], "net.address", "loopback", ["loopback", "loopback"]),
  row("the wrong address in the other family", [a("three.test", given), a("three.test", "::1")], "net.address", "loopback", ["loopback", "loopback"]),
  row("metadata beside the right address", [a("four.test", given, "169.254.169.254"), []], "net.address", "metadata", ["loopback", "metadata"]),
  row("a public address, which an internal card does not give", [a("five.test", "93.184.216.34"), []], "net.address", "public", ["public"]),
  row("the right address as IPv6 carries it", [[], a("six.test", `::ffff:${given}`)], "net.address", "translated", ["translated"]),
  row("an alias that leads to nothing", [[cname("seven.test", "gone.test")], [cname("seven.test", "gone.test")]], "net.dns", "dns-nodata"),
  row("an alias to a special name, at the wrong address", [[cname("eight.test", "localhost"), ...a("localhost", "127.0.0.1")], []], "net.address", "loopback", [
    "loopback",
  ]),
  row(
    "an alias to a metadata name",
    [[cname("nine.test", "metadata.google.internal"), ...a("metadata.google.internal", "169.254.169.254")], []],
    "net.address",
    "metadata",
    ["metadata"],
  ),
  row("a failure of the other family", [a("ten.test", given), "SERVFAIL"], "net.dns", "dns-error"),
  row("a failure of the first family", ["SERVFAIL", a("eleven.test", "::1")], "net.dns", "dns-error"),
  row("a refusal of the other family", [a("twelve.test", given), "REFUSED"], "net.dns", "dns-error"),
  row("no such name in the other family", [a("thirteen.test", given), "NXDOMAIN"], "net.dns", "dns-error"),
  row("no such name", ["NXDOMAIN", "NXDOMAIN"], "net.dns", "dns-not-found"),
  row("no addresses", [[], []], "net.dns", "dns-nodata"),
  row("33 addresses", [a("sixteen.test", ...many), []], "net.dns", "dns-too-many"),
  row("silence of the other family", [a("seventeen.test", given), "silence"], "net.dns", "dns-timeout"),
  row("silence", ["silence", "silence"], "net.dns", "dns-timeout"),
];

function row(name: string, told: readonly [Records, Records], code: string, rule: string, categories?: readonly string[]): Row {
  return { name, told, code, rule, ...(categories !== undefined && { categories }) };
}

describe("a name is resolved as a whole or not at all, and every address counts (U1, U2, S4)", () => {
  const words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen".split(" ");
  test.concurrent.each(denied.map((each, at) => ({ ...each, host: `${words[at] ?? ""}.test` })))("$name", async ({ host, told, code, rule, categories }) => {
    zone.set(host, told);
    const before = origin.connections;
    const raw = `http://${host}:${origin.port}/`;
    const began = performance.now();
    const answer = await server.call("fetch", { url: raw });
    expect(answer).toDenyWith(code, rule);
    // A resolver that says nothing is waited for, twice, and no longer.
    expect(performance.now() - began).toBeLessThan(12_000);
    expect([origin.connections, sink.connections]).toEqual([before, 0]);
    const [call] = server.calls({ target: raw });
    expect(call).toMatchObject({ decision: "deny", code, rule, targets: [{ raw, canonical: raw, host, decision: "deny" }] });
    expect(call?.targets[0]?.addresses?.map(({ category }) => category)).toEqual(categories);
  });

  test("an alias alone changes nothing: it is the address that counts", async () => {
    zone.set("alias.test", [[cname("alias.test", "b.svc.cluster.local"), ...a("b.svc.cluster.local", given)], []]);
    expect(await server.call("fetch", { url: `http://alias.test:${origin.port}/` })).toAllow();
  });

  test("who is told that one family is broken asks for the other one only", async () => {
    await using narrow = await startFetcher({ cards: { web: targets() }, network: `{ resolvers: ["${dns.at}"], families: [4] }` });
    zone.set("narrow.test", [a("narrow.test", given), "SERVFAIL"]);
    expect(await narrow.call("fetch", { url: `http://narrow.test:${origin.port}/` })).toAllow();
    expect(dns.asked.filter((each) => each.endsWith(" narrow.test"))).toEqual(["A narrow.test"]);
  });

  test("many who wait for a resolver that says nothing keep nobody else waiting (N5)", async () => {
    zone.set("silent.test", ["silence", "silence"]);
    zone.set("quick.test", [a("quick.test", given), []]);
    const waiting = Array.from({ length: 12 }, () => server.call("fetch", { url: `http://silent.test:${origin.port}/` }));
    const began = performance.now();
    expect(await server.call("fetch", { url: `http://quick.test:${origin.port}/` })).toAllow();
    expect(performance.now() - began).toBeLessThan(3_000);
    for (const answer of await Promise.all(waiting)) expect(answer).toDenyWith("net.dns", "dns-timeout");
  });

  test("a call that is cancelled while its name is looked up stops at once, and asks nobody again", async () => {
    zone.set("given-up.test", ["silence", "silence"]);
    const raw = `http://given-up.test:${origin.port}/`;
    const giveUp = new AbortController();
    const call = server.call("fetch", { url: raw }, { signal: giveUp.signal });
    await expect.poll(() => dns.asked.filter((each) => each.endsWith(" given-up.test")).length).toBe(2);
    giveUp.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => server.calls({ target: raw }).length, { timeout: 1_500 }).toBe(1);
    expect(server.calls({ target: raw })).toMatchObject([{ decision: "deny", code: "net.dns", rule: "stopped", targets: [{ raw, decision: "deny" }] }]);
    expect(dns.asked.filter((each) => each.endsWith(" given-up.test"))).toHaveLength(2);
  });
});

describe("networks that the operator names (U2)", () => {
  test.each([
    ["a prefix of translation is not given", "", "translated"],
    ["a prefix of translation is given: what it carries counts", ", nat64Prefixes: [64:ff9b::/96]", "loopback"],
  ])("%s", async (_name, more, rule) => {
    await using server64 = await startFetcher({ cards: { web: targets() }, network: `{ resolvers: ["${dns.at}"]${more} }` });
    zone.set("translated.test", [[], a("translated.test", `64:ff9b::${given}`)]);
    const raw = `http://translated.test:${origin.port}/`;
    expect(await server64.call("fetch", { url: raw })).toDenyWith("net.address", rule);
    expect(server64.calls({ target: raw })).toMatchObject([{ targets: [{ addresses: [{ address: "64:ff9b::7f00:4d", category: rule }] }] }]);
  });

  test("a public card does not give what the operator says is a service's", async () => {
    zone.set("service.test", [a("service.test", "93.184.216.34"), []]);
    const network = `{ resolvers: ["${dns.at}"], serviceNetworks: [93.184.216.0/24] }`;
    await using strict = await startFetcher({ cards: { web: '{ hosts: ["*"] }' }, network });
    expect(await strict.call("fetch", { url: "http://service.test/" })).toDenyWith("net.address", "service-network");
    expect(await strict.call("fetch", { url: "http://93.184.216.35/" })).toDenyWith("net.address", "service-network");
  });

  test("the prefix for translation within one network is refused at the start", async () => {
    await expect(startFetcher({ cards: { web: targets() }, network: "{ nat64Prefixes: [64:ff9b:1::/96] }" })).rejects.toThrow(
      /64:ff9b:1::\/96 is for use within one network/,
    );
  });
});
