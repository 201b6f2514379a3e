import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tree, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { httpOrigin, httpsOrigin, type Origin } from "../../packages/network/test/origin.ts";
import { expect } from "../expect.ts";
import { fetchBin } from "../subjects.ts";
import { startLaned, writePolicy, writtenBy, type LanedPolicy } from "./laned.ts";

const given = "127.0.0.77";
/** Characters that URLs, JSON, HTML and Markdown each write in their own way. */
const tokenOne = 'canary*one_4f/61+c8&d=5"e';
const tokenTwo = "canary-two-90ab77";
const tokenThree = "Canary-Three-7Gh21K";
const patient = { timeout: 10_000 };
const noCanary = expect.not.stringMatching(/canary/i);

let place: Tree;
let dns: DnsServer;
let plain: Origin;
let secure: Origin;
let server: RunningServer;

/** Where a path leads, by name; what is no such path shows the headers that came. */
const ways: Readonly<Record<string, () => string>> = {
  "/to-sibling": () => `https://b.good.test:${secure.port}/seen`,
  "/there-and-back": () => `https://b.good.test:${secure.port}/back`,
  "/back": () => `https://a.good.test:${secure.port}/seen`,
  "/to-other-card": () => `https://d.good.test:${secure.port}/seen`,
  "/out": () => `https://elsewhere.example/?token=${encodeURIComponent(tokenOne)}`,
  "/metadata": () => "http://169.254.169.254/",
};

const answer: RequestListener = (request, response) => {
  const path = request.url?.split("?")[0] ?? "";
  const way = ways[path];
  const shown = request.headers.authorization ?? request.headers["x-key"] ?? "nothing";
  if (way !== undefined) response.writeHead(302, { location: way() }).end();
  else if (path === "/page") {
    const escaped = String(shown).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(`<html><head><title>For ${escaped}</title></head><body><p>You sent <b>${escaped}</b>, twice ${escaped}.</p></body></html>`);
  } else if (path === "/echo") {
    const value = String(shown).replace("Bearer ", "");
    const forms = [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString("base64"),
      Buffer.from(`user:${value}`).toString("base64url"),
      JSON.stringify(value),
    ];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ headers: request.headers, forms }));
  } else if (path === "/charset") {
    const said = "y".repeat(16) + String(shown).replace("Bearer ", "");
    const form = request.url?.split("?")[1];
    const written = form === "base64" ? Buffer.from(said).toString("base64") : form === "percent" ? encodeURIComponent(said) : said;
    if (form === "meta") response.writeHead(200, { "content-type": "text/html" }).end(`<meta charset="${written}">a`);
    else response.writeHead(200, { "content-type": `text/html; charset=${form === "quoted" ? `"${written}"` : written}` }).end("a");
  } else if (path === "/typed") {
    const type = request.url?.endsWith("text") === true ? "text/plain; of=" : `application/${request.url?.endsWith("long") === true ? "x".repeat(62) : ""}`;
    response.writeHead(200, { "content-type": type + String(shown).replace("Bearer ", "") }).end("\u0000");
  } else response.writeHead(200, { "content-type": "text/plain" }).end(shown === "nothing" ? "without" : "with");
};

const policy = (): LanedPolicy => ({
  resolver: dns.at,
  credentials: [
    'one: { source: { env: LANE_ONE }, hosts: [a.good.test, "*.deep.good.test", 127.0.0.77] }',
    "two: { source: { file: kept/two }, present: { header: X-Key }, hosts: [d.good.test] }",
    "three: { source: { env: LANE_THREE }, hosts: [h.good.test] }",
    "unset: { source: { env: LANE_UNSET }, hosts: [e.good.test] }",
    `others: { source: { file: kept/two }, hosts: [f.good.test] }`,
  ],
  cards: [
    `{ id: one, server: fetch-read, principals: [me], tools: "*", credential: one, targets: { robots: ignore, hosts: [a.good.test, "*.good.test", ${given}], internal: { networks: [${given}/32], ports: [${plain.port}, ${secure.port}] } } }`,
    `{ id: two, server: fetch-read, principals: [me], tools: "*", credential: two, targets: { robots: ignore, hosts: [d.good.test], internal: { networks: [${given}/32], ports: [${secure.port}] } } }`,
    `{ id: three, server: fetch-read, principals: [me], tools: "*", credential: three, targets: { robots: ignore, hosts: [h.good.test], internal: { networks: [${given}/32], ports: [${secure.port}] } } }`,
    `{ id: unset, server: fetch-read, principals: [me], tools: "*", credential: unset, targets: { robots: ignore, hosts: [e.good.test], internal: { networks: [${given}/32], ports: [${secure.port}] } } }`,
    '{ id: web, server: fetch-read, principals: [me], tools: "*", credential: one, targets: { robots: ignore, hosts: [rebound.test] } }',
    `{ id: files, server: filesystem-read, principals: [me], tools: "*", credential: others, targets: { roots: [{ path: / }] } }`,
  ],
});

beforeAll(async () => {
  place = tree({ "policy/kept/": true });
  writeFileSync(place.at("policy/kept/two"), `${tokenTwo}\n`, { mode: 0o600 });
  dns = await dnsServer((name, type) => (type === "A" ? a(name, given) : []));
  plain = await httpOrigin(answer, given);
  secure = await httpsOrigin(answer, given);
  server = await startLaned(place.at("policy"), policy(), { env: { LANE_ONE: tokenOne, LANE_THREE: tokenThree, POSTERN_DEBUG: "1" } });
});
afterAll(async () => {
  await server.close();
  for (const each of [plain, secure, dns]) await each[Symbol.asyncDispose]();
  place.remove();
});

const at = (host: string, path = "/seen"): string => `https://${host}:${secure.port}${path}`;
/** What came to an origin since `from`, as host and credential; robots.txt, which may be asked for at any of them, aside. */
function sent(origin: Origin, from: number): readonly string[] {
  const requests = origin.requests.slice(from).filter(({ path }) => path !== "/robots.txt");
  return requests.map(({ headers }) => `${headers.host?.split(":")[0] ?? ""} ${headers.authorization ?? String(headers["x-key"] ?? "-")}`);
}
const newest = (running = server) => running.calls({ limit: 1 })[0] ?? expect.unreachable("nothing was recorded");

describe("a credential is sent to its lane's hosts and to no other (R2, P1, B1)", () => {
  let from: { readonly secure: number; readonly plain: number };
  beforeEach(() => {
    from = { secure: secure.requests.length, plain: plain.requests.length };
  });

  test("not to another host of the same card, though the call is allowed", async () => {
    expect(await server.call("fetch", { url: at("b.good.test") })).toAllow();
    expect(sent(secure, from.secure)).toEqual(["b.good.test -"]);
    expect(newest()).toMatchObject({ lane: "one", targets: [{ host: "b.good.test" }] });
    expect(newest().targets[0]).not.toHaveProperty("lane");
  });

  test("over https to the host that it names, and below the domain that it names", async () => {
    for (const host of ["a.good.test", "A.GOOD.test."]) expect(await server.call("fetch", { url: at(host) })).toAllow();
    expect(sent(secure, from.secure)).toEqual([`a.good.test Bearer ${tokenOne}`, `a.good.test. Bearer ${tokenOne}`]);
    expect(newest()).toMatchObject({ lane: "one", targets: [{ host: "a.good.test", lane: "one" }] });
  });

  test("over http to an address that an internal card names", async () => {
    expect(await server.call("fetch", { url: `http://${given}:${plain.port}/seen` })).toAllow();
    expect(sent(plain, from.plain)).toEqual([`${given} Bearer ${tokenOne}`]);
  });

  test("not after a redirect to another host of the card, and again after one back", async () => {
    expect(await server.call("fetch", { url: at("a.good.test", "/to-sibling") })).toAllow();
    expect(await server.call("fetch", { url: at("a.good.test", "/there-and-back") })).toAllow();
    const [withIt, without] = [`a.good.test Bearer ${tokenOne}`, "b.good.test -"];
    expect(sent(secure, from.secure)).toEqual([withIt, without, withIt, without, withIt]);
    const found = newest().found.filter(({ operation }) => operation === "redirect");
    expect(found.map(({ host, lane }) => [host, lane])).toEqual([
      ["b.good.test", undefined],
      ["a.good.test", "one"],
    ]);
  });

  test("two lanes of two cards do not mix, in one connection and at once", async () => {
    await Promise.all(["a.good.test", "d.good.test", "b.good.test", "d.good.test", "a.good.test"].map((host) => server.call("fetch", { url: at(host) })));
    expect(sent(secure, from.secure).toSorted()).toEqual([
      `a.good.test Bearer ${tokenOne}`,
      `a.good.test Bearer ${tokenOne}`,
      "b.good.test -",
      `d.good.test ${tokenTwo}`,
      `d.good.test ${tokenTwo}`,
    ]);
  });
});

describe("a denial names the lane that it would have used, and the rule (U3, N2)", () => {
  const denied: readonly (readonly [string, () => string, string, object, object])[] = [
    ["the host's other port", () => "https://a.good.test:1/", "net.port", { lane: "one", rule: "port" }, { lane: "one", rule: "port" }],
    ["a name that leads inside", () => "https://rebound.test/", "net.address", { lane: "one", rule: "loopback" }, { host: "rebound.test", rule: "loopback" }],
    ["a host of no card", () => "https://elsewhere.example/", "net.host_not_allowed", { lane: "one", rule: "host-not-allowed" }, { rule: "host-not-allowed" }],
    ["metadata", () => "http://169.254.169.254/", "net.address", { lane: "one", rule: "metadata" }, { rule: "metadata" }],
  ];
  test.each(denied)("%s", async (_name, url, code, call, target) => {
    const before = secure.connections + plain.connections;
    expect(await server.call("fetch", { url: url() })).toDenyWith(code);
    expect(newest()).toMatchObject({ code, ...call, targets: [target] });
    expect(secure.connections + plain.connections).toBe(before);
  });

  const later: readonly (readonly [string, string, object])[] = [
    ["/metadata", "net.address", { rule: "metadata" }],
    ["/out", "net.host_not_allowed", { rule: "host-not-allowed" }],
    ["/to-other-card", "net.redirect", { rule: "other-card", host: "d.good.test" }],
  ];
  test.each(later)("a redirect to it: %s", async (path, code, target) => {
    const before = secure.requests.length;
    expect(await server.call("fetch", { url: at("a.good.test", path) })).toFailWith("net.redirect");
    expect(sent(secure, before)).toEqual([`a.good.test Bearer ${tokenOne}`]);
    expect(newest()).toMatchObject({ lane: "one", failure: "net.redirect" });
    expect(newest().found).toContainEqual(expect.objectContaining({ operation: "redirect", decision: "deny", code, ...target }));
  });

  test("postern log shows both, for people and as JSON", async () => {
    await server.call("fetch", { url: at("a.good.test", "/metadata") });
    const postern = (...more: readonly string[]): string =>
      execFileSync(process.execPath, ["packages/cli/bin/postern.js", "log", ...more, "--evidence", server.evidence], { encoding: "utf8" });
    const text = postern("--call", newest().call);
    expect(text).toMatch(/^lane +one$/m);
    expect(text).toMatch(/^ +lane +one$/m);
    expect(text).toMatch(/^ +rule +metadata$/m);
    const shown = JSON.parse(postern("--json", "--limit", "1")) as unknown;
    expect(shown).toMatchObject({ lane: "one", targets: [{ lane: "one" }], found: expect.arrayContaining([expect.objectContaining({ rule: "metadata" })]) });
  });
});

describe("a credential that is not there (S4)", () => {
  test("is a denial before the decision, with nothing sent, and the operator hears why", async () => {
    const before = secure.connections;
    const answered = await server.call("fetch", { url: at("e.good.test") });
    expect(answered).toDenyWith("credential.missing", "credential:unset");
    expect(answered.text).not.toMatch(/LANE_UNSET/);
    expect(newest()).toMatchObject({ decision: "deny", code: "credential.missing", lane: "unset", route: "unset", targets: [{ host: "e.good.test" }] });
    expect(secure.connections).toBe(before);
    expect(server.process.stderr).toContain("the credential unset is missing, calls that need it are denied: the environment variable LANE_UNSET is not set");
  });

  test("--check says of each lane of this server where it goes and whether it is there, and runs no helper", () => {
    const ran = place.at("policy/ran");
    const helper = script("touching", `touch ${ran}; printf ${tokenTwo}`);
    const folder = place.at("policy");
    const { credentials, cards, resolver } = policy();
    const file = writePolicy(folder, {
      resolver,
      credentials: [...credentials, `asked: { source: { exec: [${helper}] }, hosts: [g.good.test] }`],
      cards: [
        ...cards,
        `{ id: asked, server: fetch-read, principals: [me], tools: "*", credential: asked, targets: { robots: ignore, hosts: [g.good.test] } }`,
      ],
    });
    const env = { PATH: process.env["PATH"], HOME: folder, XDG_STATE_HOME: place.at("policy/state"), LANE_ONE: tokenOne, LANE_THREE: tokenThree };
    const text = execFileSync(process.execPath, [fetchBin, "--policy", file, "--check"], { encoding: "utf8", env });
    expect(text.split("\n").filter((line) => line.startsWith("lane"))).toEqual([
      `lane      one (tenant default) to a.good.test, *.deep.good.test, ${given}; its secret is there`,
      "lane      two (tenant default) to d.good.test; its secret is there",
      "lane      three (tenant default) to h.good.test; its secret is there",
      "lane      unset (tenant default) to e.good.test; its secret is missing: the environment variable LANE_UNSET is not set",
      "lane      asked (tenant default) to g.good.test; its secret is asked at use",
    ]);
    expect(text).toEqual(noCanary);
    expect(() => execFileSync("cat", [ran], { stdio: "pipe" })).toThrow(/No such file/);
    writePolicy(folder, policy());
  });

  const files: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    ["missing", () => undefined, /cannot be opened \(ENOENT\)/],
    ["open to others", (path) => writeOpen(path), /open to others/],
  ];
  test.each(files)("a file that is %s", async (name, make, reason) => {
    const folder = place.at(`policy-${name.replaceAll(" ", "-")}`);
    await using running = await startWith(folder, { file: "kept" }, () => make(`${folder}/kept`));
    const before = secure.connections;
    expect(await running.call("fetch", { url: at("a.good.test") })).toDenyWith("credential.missing");
    expect(secure.connections).toBe(before);
    expect(running.process.stderr).toMatch(reason);
  });

  const helpers: readonly (readonly [string, string, RegExp])[] = [
    ["fails", `printf ${tokenTwo}; echo ${tokenTwo} >&2; exit 4`, /the credential only cannot be had: its helper ended with exit code 4/],
    ["prints garbage", `printf '${tokenTwo}\\001'`, /characters that no credential has/],
    ["prints too much", `while :; do echo ${tokenTwo}; done`, /more than 64 KiB/],
  ];
  test.each(helpers)("a helper that %s", async (name, text, reason) => {
    await using running = await startWith(place.at(`policy-${name.replaceAll(" ", "-")}`), { exec: [script(name.replaceAll(" ", "-"), text)] });
    const before = secure.connections;
    const answered = await running.call("fetch", { url: at("a.good.test") });
    expect(answered).toFailWith("credential.missing");
    expect(secure.connections).toBe(before);
    expect(newest(running)).toMatchObject({ decision: "allow", outcome: "failed", failure: "credential.missing", lane: "only", targets: [{ lane: "only" }] });
    expect(running.process.stderr).toMatch(reason);
    expect(JSON.stringify(answered.raw) + writtenBy(running)).toEqual(noCanary);
  });
});

describe("a helper", () => {
  test("is asked once for many calls, and what it gives is sent", async () => {
    const runs = place.at("policy/runs");
    const from = secure.requests.length;
    await using running = await startWith(place.at("policy-helper"), { exec: [script("giving", `echo run >> "$1"; sleep 0.3; echo ${tokenTwo}`), runs] });
    await Promise.all(Array.from({ length: 8 }, () => running.call("fetch", { url: at("a.good.test") })));
    expect(sent(secure, from)).toEqual(Array.from({ length: 8 }, () => `a.good.test Bearer ${tokenTwo}`));
    expect(execFileSync("cat", [runs], { encoding: "utf8" })).toBe("run\n");
    expect(writtenBy(running)).toEqual(noCanary);
  });

  test("that is slow keeps nobody who cancels", async () => {
    await using running = await startWith(place.at("policy-slow"), { exec: [script("slow", "sleep 30")] });
    const before = secure.connections;
    const began = performance.now();
    await expect(running.call("fetch", { url: at("a.good.test") }, { timeoutMs: 3_000 })).rejects.toThrow();
    await expect.poll(() => newest(running).outcome, patient).toBe("cancelled");
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(secure.connections).toBe(before);
  });
});

describe("a secret never leaves (R2, E3)", () => {
  test("a page that shows its request's headers does not show it, whole or in pieces", async () => {
    for (const input of [{ url: at("a.good.test", "/page") }, { url: at("a.good.test", "/page"), raw: true }, { url: at("a.good.test", "/echo") }]) {
      const answered = await server.call("fetch", input);
      expect(answered).toAllow();
      expect(answered.text).toContain("[redacted:lane]");
      expect(JSON.stringify(answered.raw)).toEqual(noCanary);
      expect(answered.redactions).toContainEqual({ kind: "lane", count: expect.any(Number) });
      expect(newest().redactions).toEqual(answered.redactions);
    }
    const letters: string[] = [];
    for (let start = 0; start < 48; start += 1) {
      const { text } = await server.call("fetch", { url: at("a.good.test", "/page"), max_length: 1, start_index: start });
      letters.push(/Contents of [^\n]*:\n\n?(.)/s.exec(text)?.[1] ?? "");
    }
    expect(letters.join("")).toContain("You sent **Bearer [redacted:lane]");
  });

  test("nor base64 of it, nor any other form that is decoded in passing", async () => {
    const { text } = await server.call("fetch", { url: at("a.good.test", "/echo") });
    for (const form of [Buffer.from(tokenOne).toString("base64"), encodeURIComponent(tokenOne), Buffer.from(`user:${tokenOne}`).toString("base64url")])
      expect(text).not.toContain(form.slice(4, -4));
  });

  const typed: readonly (readonly [string, string, string])[] = [
    ["as it is", "/typed", "d.good.test"],
    ["with signs that are not shown", "/typed", "a.good.test"],
    ["where the type is cut", "/typed?long", "d.good.test"],
    ["with letters of both cases", "/typed", "h.good.test"],
  ];
  test.each(typed)("nor a failure that quotes the type that the host said: %s", async (_name, path, host) => {
    const from = secure.requests.length;
    const answered = await server.call("fetch", { url: at(host, path) });
    expect(sent(secure, from)).toEqual([expect.stringMatching(/canary/i)]);
    expect(answered).toFailWith("net.content_type");
    expect(answered.text).toContain("redact");
    expect(JSON.stringify(answered.raw)).toEqual(noCanary);
    expect(newest()).toMatchObject({ failure: "net.content_type" });
  });

  test.each(["plain", "quoted", "meta", "base64", "percent"])("nor a failure about the encoding that the host named: %s", async (form) => {
    const answered = await server.call("fetch", { url: at("d.good.test", `/charset?${form}`) });
    expect(answered).toFailWith("net.decode");
    expect(answered.text).toContain("an encoding that is not known");
    expect(answered.text).not.toMatch(/y{6}|eXl5/);
    expect(JSON.stringify(answered.raw)).toEqual(noCanary);
  });

  test("nor a text whose type is the secret", async () => {
    const answered = await server.call("fetch", { url: at("h.good.test", "/typed?text"), raw: true });
    expect(answered.text).toContain("cannot be simplified");
    expect(JSON.stringify(answered.raw)).toEqual(noCanary);
  });

  test("nor a call that brings it: no answer says it back, no record keeps it", async () => {
    const query = encodeURIComponent(tokenOne);
    const calls = [
      await server.call("fetch", { url: at("b.good.test", `/seen?token=${query}`) }),
      await server.call("fetch", { url: `https://elsewhere.example/${query}` }),
      await server.call("fetch", { url: tokenOne }),
      await server.call("fetch", { url: at("a.good.test", "/out") }),
      await server.call(tokenTwo, {}),
      await server.call("fetch", { url: at("b.good.test"), [tokenTwo]: 1 }),
    ];
    expect(calls[1]).toDenyWith("net.host_not_allowed");
    expect(calls[4]).toBeUnknownTool();
    expect(calls[5]).toDenyWith("input.invalid");
    for (const { raw } of calls) expect(JSON.stringify(raw)).toEqual(noCanary);
    expect(server.calls({ limit: 8 }).some(({ targets }) => targets.some(({ raw }) => raw.endsWith("/[redacted:lane]")))).toBe(true);
  });

  test("nor a client's own name, in either era", async () => {
    await using raw = await startLaned(place.at("policy"), policy(), { era: "raw", env: { LANE_ONE: tokenOne, LANE_THREE: tokenThree } });
    await raw.raw.request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: tokenTwo, version: tokenTwo } });
    raw.raw.notify("notifications/initialized");
    await raw.call("fetch", { url: at("b.good.test") });
    expect(newest(raw)).toMatchObject({ client: "[redacted:lane] [redacted:lane]" });
    expect(JSON.stringify(await raw.raw.request(tokenTwo, {}))).toEqual(noCanary);
    expect(writtenBy(raw)).toEqual(noCanary);
  });

  test("and nothing of it is in the evidence, its journal or on stderr, after all of this", () => {
    expect(server.calls({ limit: 1000 }).length).toBeGreaterThan(70);
    expect(writtenBy(server)).toEqual(noCanary);
    for (const form of [tokenOne, encodeURIComponent(tokenOne), Buffer.from(tokenOne).toString("base64").slice(0, -2)])
      expect(writtenBy(server)).not.toContain(form);
  });
});

test("a reload keeps the variable that was taken out of the environment, and reads the file anew", async () => {
  const folder = place.at("policy-reload");
  await using running = await startWith(folder, { env: "LANE_ONLY" }, () => undefined, { LANE_ONLY: tokenOne });
  const from = secure.requests.length;
  await running.call("fetch", { url: at("a.good.test") });
  running.process.kill("SIGHUP");
  await expect.poll(() => running.process.stderr, patient).toContain("the policy was reloaded");
  await running.call("fetch", { url: at("a.good.test") });
  expect(sent(secure, from)).toEqual([`a.good.test Bearer ${tokenOne}`, `a.good.test Bearer ${tokenOne}`]);

  writeFileSync(`${folder}/kept`, tokenTwo, { mode: 0o600 });
  writePolicy(folder, onlyLane({ file: "kept" }));
  running.process.kill("SIGHUP");
  await expect.poll(() => running.process.stderr.split("was reloaded").length, patient).toBe(3);
  await running.call("fetch", { url: at("a.good.test") });
  expect(sent(secure, from).at(-1)).toBe(`a.good.test Bearer ${tokenTwo}`);
  const both = await running.call("fetch", { url: at("b.good.test", `/${tokenTwo}?${encodeURIComponent(tokenOne)}`) });
  expect(JSON.stringify(both.raw) + writtenBy(running)).toEqual(noCanary);
});

function script(name: string, text: string): string {
  const path = place.at(`policy/${name}.sh`);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o700);
  return path;
}

function writeOpen(path: string): void {
  writeFileSync(path, tokenTwo);
  chmodSync(path, 0o644);
}

/** One card with one lane, bound to one of its two hosts. */
function onlyLane(source: object): LanedPolicy {
  const targets = `{ robots: ignore, hosts: [a.good.test, b.good.test], internal: { networks: [${given}/32], ports: [${secure.port}] } }`;
  return {
    resolver: dns.at,
    credentials: [`only: { source: ${JSON.stringify(source)}, hosts: [a.good.test] }`],
    cards: [`{ id: only, server: fetch-read, principals: [me], tools: "*", credential: only, targets: ${targets} }`],
  };
}

async function startWith(
  folder: string,
  source: object,
  prepare: () => void = () => undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  execFileSync("mkdir", ["-p", folder]);
  prepare();
  return await startLaned(folder, onlyLane(source), { env: { POSTERN_DEBUG: "1", ...env } });
}
