import { LineProcess, tree, type RunningServer, type Tree } from "@postern/testing";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { httpOrigin, httpsOrigin, rawOrigin, type Origin } from "../../packages/network/test/origin.ts";
import { expect } from "../expect.ts";
import { authority, certificate, expired, key, selfSigned } from "../world/certificates.ts";
import { noRobots, startFetcher, type FetcherOptions } from "./start-fetcher.ts";

const given = "127.0.0.77";
const unguarded = fileURLToPath(new URL("../world/unguarded.ts", import.meta.url));

let dns: DnsServer;
let place: Tree;
let good: Origin;
let old: Origin;
let own: Origin;
let plain: Origin;
let mute: Origin;
let proxy: Origin;

beforeAll(async () => {
  place = tree({ "logs/": true });
  dns = await dnsServer((name, type) => (type === "A" ? a(name, given) : []));
  const listen = (cert: string): Promise<Origin> =>
    httpsOrigin((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("SECURE"), given, { cert, key });
  good = await listen(certificate);
  old = await listen(expired);
  own = await listen(selfSigned);
  plain = await httpOrigin((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("PLAIN"), given);
  mute = await rawOrigin("no TLS here\r\n", { host: given });
  proxy = await httpOrigin((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("BY A PROXY"), "127.0.0.79");
});
afterAll(async () => {
  for (const each of [dns, good, old, own, plain, mute, proxy]) await each[Symbol.asyncDispose]();
  place.remove();
});

/** `trusting`: the policy names the authority. */
function start(trusting: boolean, env: FetcherOptions["env"] = {}): Promise<RunningServer> {
  const ports = [good, old, own, plain, mute].map(({ port }) => port);
  const targets = `{ hosts: [allowed.example, "*.allowed.example", other.example, ${given}], internal: { networks: [${given}/32], ports: [${ports.join(", ")}] }${noRobots} }`;
  return startFetcher({ cards: { web: targets }, network: `{ resolvers: ["${dns.at}"]${trusting ? `, ca: [${JSON.stringify(authority)}]` : ""} }`, env });
}

const refused: readonly (readonly [string, () => Origin, string])[] = [
  ["a certificate of another name", () => good, "other.example"],
  ["a certificate of a name, for its address", () => good, given],
  ["a certificate for names one deeper", () => good, "a.b.allowed.example"],
  ["one that is out of date", () => old, "allowed.example"],
  ["one that its holder made", () => own, "allowed.example"],
  ["no TLS at all", () => mute, "allowed.example"],
  ["plain HTTP", () => plain, "allowed.example"],
];

describe("who cannot prove a name is not spoken to (U1)", () => {
  const environments: readonly (readonly [string, FetcherOptions["env"]])[] = [
    ["as usual", {}],
    ["where the environment says that nobody checks", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }],
  ];
  describe.each(environments)("%s", (_how, env) => {
    let server: RunningServer;
    beforeAll(async () => {
      server = await start(true, env);
    });
    afterAll(() => server.close());

    test("the right one is, in HTTP/1.1, although HTTP/2 is offered first", async () => {
      for (const host of ["allowed.example", "www.allowed.example"]) {
        expect((await server.call("fetch", { url: `https://${host}:${good.port}/` })).text).toContain("SECURE");
        expect(good.requests.at(-1)).toMatchObject({ version: "1.1", servername: host, headers: { host: `${host}:${good.port}` } });
      }
    });

    test.each(refused)("%s", async (_name, origin, host) => {
      const before = origin().requests.length;
      const url = `https://${host}:${origin().port}/`;
      const answer = await server.call("fetch", { url });
      expect(answer).toFailWith("net.tls");
      expect(origin().requests).toHaveLength(before);
      expect(server.calls({ target: url })).toMatchObject([{ decision: "allow", outcome: "failed", failure: "net.tls" }]);
    });
  });

  test("an authority that the policy does not name", async () => {
    await using server = await start(false);
    const before = good.requests.length;
    expect(await server.call("fetch", { url: `https://allowed.example:${good.port}/` })).toFailWith("net.tls");
    expect(good.requests).toHaveLength(before);
  });

  test("no keys are written down, whatever the environment says", async () => {
    const file = place.at("logs/keys");
    await using server = await start(true, { SSLKEYLOGFILE: file });
    expect(await server.call("fetch", { url: `https://allowed.example:${good.port}/` })).toAllow();
    expect(existsSync(file)).toBe(false);
  });
});

describe("a proxy of the environment hears nothing (U1)", () => {
  test.each(["http", "https"])("for %s", async (scheme) => {
    const at = `http://127.0.0.79:${proxy.port}`;
    const names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    const env = { ...Object.fromEntries(names.map((name) => [name, at])), NODE_USE_ENV_PROXY: "1", NO_PROXY: "" };
    await using server = await start(true, env);
    const origin = scheme === "https" ? good : plain;
    const before = proxy.connections;
    expect((await server.call("fetch", { url: `${scheme}://allowed.example:${origin.port}/` })).text).toMatch(/SECURE|PLAIN/);
    expect(proxy.connections).toBe(before);
    // Programs that do as they are told go there.
    const child = new LineProcess({
      script: unguarded,
      args: [JSON.stringify([`${scheme}://allowed.example:${origin.port}/`])],
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });
    await child.exited;
    expect(proxy.connections).toBeGreaterThan(before);
  });
});
