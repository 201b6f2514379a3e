import { tree, type RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { a, dnsServer, type Records } from "../../packages/network/test/dns-server.ts";
import { httpsOrigin } from "../../packages/network/test/origin.ts";
import { authority } from "../../packages/network/test/tls-material.ts";
import { expect } from "../expect.ts";
import { startSenderBy } from "../subjects.ts";
import { answer, rawHost, type RawHost } from "./origins.ts";

interface Bench extends AsyncDisposable {
  readonly server: RunningServer;
  readonly asked: readonly string[];
}

/** A server of one call to `url`, which asks a name server of our own. */
async function bench(
  url: string,
  records: (name: string, type: string) => Records,
  more: { readonly card?: string; readonly call?: string } = {},
): Promise<Bench> {
  const folder = tree({ "policy/": true });
  const dns = await dnsServer(records);
  const pem = JSON.stringify(authority);
  const card = `{ id: it, server: fetch-write, principals: [me], tools: "*", targets: { calls: { send: { description: Sends a note., method: POST, url: "${url}"${more.call ?? ""} } }${more.card ?? ""} } }`;
  const server = await startSenderBy(folder.at("policy"), [card], { more: `network: { resolvers: ["${dns.at}"], ca: [${pem}] }` });
  return {
    server,
    asked: dns.asked,
    async [Symbol.asyncDispose]() {
      await server.close();
      await dns[Symbol.asyncDispose]();
      folder.remove();
    },
  };
}

const only = (...addresses: readonly string[]) => {
  return (name: string, type: string): Records => a(name, ...addresses).filter((record) => record.type === type);
};

describe("the name of a declared host leads to a denied address: nothing is connected to (U1, U2)", () => {
  let sink: RawHost;
  let common: Bench;
  /** What the name leads to in the test that runs. */
  let leads: readonly string[] = [];
  beforeAll(async () => {
    sink = await rawHost("127.0.0.80", (_, socket) => socket.end(answer("200 OK", "SECRET")));
    common = await bench(`https://api.test:${sink.port}/notes`, (name, type) => only(...leads)(name, type));
  });
  afterAll(async () => {
    await common[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  });

  test.each<readonly [string, readonly string[], string]>([
    ["loopback", ["127.0.0.80"], "loopback"],
    ["a private network", ["10.0.0.1"], "private"],
    ["a metadata service", ["169.254.169.254"], "metadata"],
    ["loopback of IPv6", ["::1"], "loopback"],
    ["loopback, mapped", ["::ffff:127.0.0.80"], "translated"],
    ["no address at all", ["0.0.0.0"], "unspecified"],
    ["a public address and loopback beside it", ["93.184.216.34", "127.0.0.80"], "loopback"],
  ])("%s", async (_name, addresses, category) => {
    leads = addresses;
    const asked = common.asked.length;
    const denied = await common.server.call("send", {});
    expect(denied).toDenyWith("net.address");
    for (const address of addresses) expect(JSON.stringify(denied.raw)).not.toContain(address);
    expect(sink.connections).toBe(0);
    const [call] = common.server.calls({ limit: 1 });
    expect(call).toMatchObject({ decision: "deny", code: "net.address", targets: [{ host: "api.test", withheld: ["addresses"] }] });
    expect(call?.targets[0]?.addresses?.map((each) => each.category)).toContain(category);
    expect(common.asked.length).toBeGreaterThan(asked);
  });

  test.each<readonly [string, Records]>([
    ["is not there", "NXDOMAIN"],
    ["cannot be told", "SERVFAIL"],
  ])("a name that %s is denied", async (_name, records) => {
    await using here = await bench("https://api.test/notes", () => records);
    expect(await here.server.call("send", {})).toDenyWith("net.dns");
  });
});

describe("a name that changes its mind (U1)", () => {
  test("is looked up once for each call, and only what was classified is connected to", async () => {
    await using origin = await rawHost("127.0.0.81", (_, socket) => socket.end(answer("204 No Content")));
    await using sink = await rawHost("127.0.0.82", (_, socket) => socket.end(answer("200 OK", "SECRET")), origin.port);
    let turn = 0;
    const records = (name: string, type: string): Records => (type === "A" ? a(name, (turn += 1) % 2 === 1 ? "127.0.0.81" : "127.0.0.82") : []);
    const card = `, internal: { networks: [127.0.0.81/32], ports: [${origin.port}] }`;
    await using here = await bench(`http://api.test:${origin.port}/notes`, records, { card });
    for (let round = 0; round < 6; round += 1) {
      const answered = await here.server.call("send", {});
      if (round % 2 === 0) expect(answered).toAllow();
      else expect(answered).toDenyWith("net.address");
    }
    expect([origin.requests.length, sink.connections]).toEqual([3, 0]);
    expect(here.asked.filter((question) => question === "A api.test")).toHaveLength(6);
  });

  test("between two tries is classified anew, and the second denied (N5)", async () => {
    await using sink = await rawHost("127.0.0.84", (_, socket) => socket.end(answer("200 OK", "SECRET")));
    let turn = 0;
    const records = (name: string, type: string): Records => (type === "A" ? a(name, (turn += 1) === 1 ? "127.0.0.83" : "127.0.0.84") : []);
    const card = `, internal: { networks: [127.0.0.83/32], ports: [${sink.port}] }`;
    await using here = await bench(`http://api.test:${sink.port}/notes`, records, { card, call: ", retries: 2" });
    const answered = await here.server.call("send", { idempotency_key: "k" });
    expect(answered).toMatchObject({ isError: true, failure: { code: "net.address" } });
    expect(answered.text).not.toContain("127.0.0.84");
    expect(sink.connections).toBe(0);
    expect(here.server.calls({ limit: 1 })[0]).toMatchObject({
      decision: "allow",
      outcome: "failed",
      failure: "net.address",
      changes: [],
      found: [{ operation: "retry", decision: "deny", code: "net.address", addresses: [{ address: "127.0.0.84" }] }],
    });
  });
});

test("over TLS the certificate has to be the host's, and nothing is sent where it is not (E3)", async () => {
  await using origin = await httpsOrigin((_, response) => response.writeHead(201).end(), "127.0.0.85");
  const card = `, internal: { networks: [127.0.0.85/32], ports: [${origin.port}] }`;
  await using right = await bench(`https://good.test:${origin.port}/notes`, only("127.0.0.85"), { card });
  expect(await right.server.call("send", {})).toAllow();
  await using wrong = await bench(`https://evil.test:${origin.port}/notes`, only("127.0.0.85"), { card });
  expect(await wrong.server.call("send", { idempotency_key: "k" })).toFailWith("net.tls");
  expect(wrong.server.calls({ limit: 1 })[0]).toMatchObject({ failure: "net.tls", changes: [] });
  expect(origin.requests).toHaveLength(1);
});
