import { startHttpServer, tree, type Tree } from "@postern/testing";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf } from "./callers.ts";
import { hash } from "node:crypto";
import { madeCertificate } from "./made-certificate.ts";

let files: Tree;
beforeEach(() => {
  files = tree({ "notes/a.txt": "text\n", "state/": true });
});
afterEach(() => files[Symbol.dispose]());

const ada = `{ id: ada, apiKey: { sha256: ${hash("sha256", keyOf("ada"))} } }`;
const bot = '{ id: bot, jwt: { issuer: "https://login.acme.example", subject: bot } }';
const issuers = 'issuers: [{ issuer: "https://login.acme.example", algorithms: [RS256] }]';
const name = "mcp.acme.example";
const url = `resource: https://${name}/mcp`;
const hosts = `allowedHosts: [${name}]`;
const proxied = `${url}, ${hosts}, proxies: [10.0.0.5]`;
const anywhere = "0.0.0.0:443";
const local = "127.0.0.1:8080";

interface Told {
  readonly code: number | null;
  readonly notes: readonly string[];
  readonly said: string;
}

function written(principals: string, http: string): string {
  const file = files.at("postern.yaml");
  const who = principals === bot ? "bot" : "ada";
  const card = `{ id: notes, server: filesystem-read, principals: [${who}], tools: "*", targets: { roots: [{ path: ${files.at("notes")} }] } }`;
  writeFileSync(file, `version: 1\nprincipals: [${principals}]\n${http === "" ? "" : `http: { ${http} }\n`}routes: [${card}]\n`, { mode: 0o600 });
  return file;
}

/** What the server says that it would do, or does, and how it ends. */
async function ran(policy: string, at: string, ...more: readonly string[]): Promise<Told> {
  const args = [readerBin, "--policy", policy, "--http", at, "--evidence", files.at("state/evidence.db"), ...more];
  const child = spawn(process.execPath, args, { env: { PATH: process.env["PATH"], HOME: files.root }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, said, notes: [...said.matchAll(/^note {6}(.*)$/gm)].map(([, note = ""]) => note) };
}

function withCertificate(from: number, to: number, names: readonly string[], how?: { readonly selfSigned: boolean }): string {
  const { cert, key } = madeCertificate(from, to, names, how);
  writeFileSync(files.at("cert.pem"), cert, { mode: 0o644 });
  writeFileSync(files.at("key.pem"), key, { mode: 0o600 });
  return `${url}, ${hosts}, tls: { cert: cert.pem, key: key.pem }`;
}

const date = (days: number): string => new Date(Date.now() + days * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10);

describe("a certificate that no client would take is told before the start, and ends it (S4)", () => {
  test.each([
    ["that ended", -30, -1, `http.tls: the certificate ended on ${date(-1)}, and clients refuse it; renew it`],
    ["that has not begun", 2, 30, `http.tls: the certificate begins on ${date(2)} only, and clients refuse it until then`],
  ])("one %s", async (_name, from, to, why) => {
    const policy = written(ada, withCertificate(from, to, [name]));
    const checked = await ran(policy, anywhere, "--check");
    expect([checked.code, checked.said]).toEqual([1, expect.stringContaining(`http      nobody at 0.0.0.0:443/mcp: ${why}`)]);
    const started = await ran(policy, "127.0.0.1:0");
    expect([started.code, started.said]).toEqual([1, expect.stringContaining(`refused to start: ${why}`)]);
  });

  test.each([
    [
      "the key of another",
      () => writeFileSync(files.at("key.pem"), madeCertificate(-1, 90, []).key),
      "the private key does not belong to the certificate; name the two files that were made together",
    ],
    [
      "one that stands behind another",
      () => writeFileSync(files.at("cert.pem"), madeCertificate(-1, 90, []).cert + readFileSync(files.at("cert.pem"), "utf8")),
      "the private key belongs to a later certificate of the file; this server's own has to stand first, then those that signed it",
    ],
    [
      "one that is exchanged with its key",
      () => writeFileSync(files.at("cert.pem"), madeCertificate(-1, 90, []).key),
      "the file of the certificate holds no certificate in PEM, but a private key: cert and key may be exchanged",
    ],
    ["a key that is none", () => writeFileSync(files.at("key.pem"), "key\n"), "the file of the private key holds no private key in PEM"],
    [
      "an encrypted key",
      () => writeFileSync(files.at("key.pem"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"),
      "the private key is encrypted; write it out without its passphrase, readable by its owner only",
    ],
  ])("%s", async (_name, spoil, why) => {
    const policy = written(ada, withCertificate(-1, 90, [name]));
    spoil();
    const checked = await ran(policy, anywhere, "--check");
    expect([checked.code, checked.said]).toEqual([1, expect.stringContaining(`nobody at 0.0.0.0:443/mcp: http.tls: ${why}\n`)]);
  });
});

describe("what will hardly work is told in one line with what to do (S4)", () => {
  test.each<readonly [string, () => string, readonly string[]]>([
    ["a certificate for the name", () => withCertificate(-1, 90, [name]), []],
    ["one for names around it", () => withCertificate(-1, 90, ["*.acme.example"]), []],
    [
      "one that ends soon",
      () => withCertificate(-1, 13, [name]),
      [`http.tls: the certificate ends on ${date(13)}; renew it, and let this server read it again (SIGHUP)`],
    ],
    ["one that ends later", () => withCertificate(-1, 15, [name]), []],
    [
      "one for others",
      () => withCertificate(-1, 90, ["acme.example", "*.mcp.acme.example", "192.0.2.1"]),
      ["http.tls: the certificate is not for mcp.acme.example, so clients that call that refuse it; it is for acme.example, *.mcp.acme.example, 192.0.2.1"],
    ],
    [
      "one for nobody",
      () => withCertificate(-1, 90, []),
      [
        "http.tls: the certificate is not for mcp.acme.example, so clients that call that refuse it; it is for no host at all (it has no subjectAltName; its subject does not count)",
      ],
    ],
    [
      "one that nobody else signed",
      () => withCertificate(-1, 90, [name], { selfSigned: true }),
      ["http.tls: the certificate is signed by itself; clients refuse it unless they were told to trust it"],
    ],
    [
      "proxies beside a certificate",
      () => `${withCertificate(-1, 90, [name])}, proxies: [10.0.0.5]`,
      ["http.proxies: with a certificate (http.tls) everybody may connect, not these proxies only; name one of the two"],
    ],
  ])("%s", async (_name, http, notes) => {
    const checked = await ran(written(ada, http()), anywhere, "--check");
    expect([checked.code, checked.notes]).toEqual([0, notes]);
  });

  test.each<readonly [string, string, string, string, readonly string[]]>([
    ["nothing", ada, "", local, []],
    ["nothing of a proxy", ada, proxied, "0.0.0.0:8080", []],
    ["nothing of tokens for a local address", bot, `resource: "http://127.0.0.1:8080/mcp", ${issuers}`, local, []],
    [
      "a resource that nobody may call",
      bot,
      `${url}, ${issuers}`,
      local,
      ["http.resource: mcp.acme.example is not among http.allowedHosts, so who calls it there is answered 403; add it"],
    ],
    [
      "a resource at another path",
      bot,
      `resource: https://${name}/mcp/, ${hosts}, proxies: [10.0.0.5], ${issuers}`,
      "0.0.0.0:8080",
      ["http.resource: its path is /mcp/, and the protocol is served at /mcp only; write that, or let a proxy map the one to the other"],
    ],
    [
      "a resource in the clear",
      bot,
      `resource: "http://${name}/mcp", ${hosts}, proxies: [10.0.0.5], ${issuers}`,
      "0.0.0.0:8080",
      ["http.resource: it says http, and clients reach this server over https only; write https here, and as the audience of the tokens"],
    ],
    [
      "a resource at another port, over TLS that is not spoken",
      bot,
      `resource: "https://localhost:8443/mcp", allowedHosts: ["localhost:8443"], ${issuers}`,
      local,
      [
        "http.resource: it says https, and without a certificate (http.tls) this server speaks http; write http",
        "http.resource: it says port 8443, and this server listens on 8080; write the port that clients connect to, unless something leads the one to the other",
      ],
    ],
    [
      "a host with the port that clients leave out",
      ada,
      `${url}, allowedHosts: [${name}, "other.example:443"], proxies: [10.0.0.5]`,
      "0.0.0.0:8080",
      ["http.allowedHosts.1: clients leave out :443, so other.example:443 is no Host that they send; write other.example"],
    ],
    [
      "origins as no browser writes them",
      ada,
      'resource: "http://127.0.0.1:8080/mcp", allowedOrigins: ["https://App.example", "https://app.example:443", "https://app.example"]',
      local,
      [
        "http.allowedOrigins.0: no browser sends https://App.example; write https://app.example",
        "http.allowedOrigins.1: no browser sends https://app.example:443; write https://app.example",
      ],
    ],
    ["tokens of nobody", `${ada}, ${bot}`, "", local, ["principals with jwt can never call: name the issuers of their tokens in http.issuers"]],
    [
      "tokens for nobody",
      ada,
      `resource: "http://127.0.0.1:8080/mcp", ${issuers}`,
      local,
      ["http.issuers: no principal has jwt, so every token is answered 403; name who calls with one"],
    ],
    [
      "the digest of no key",
      `{ id: ada, apiKey: { sha256: ${hash("sha256", "")} } }`,
      "",
      local,
      ["principals.0.apiKey: this is the SHA-256 of an empty text, so nobody has the key; write what postern keygen prints"],
    ],
    [
      "the digest that we show",
      `{ id: ada, apiKey: { sha256: ${shownDigest()} } }`,
      "",
      local,
      ["principals.0.apiKey: this is the SHA-256 of the README's example, so nobody has the key; write what postern keygen prints"],
    ],
  ])("%s", async (_name, principals, http, at, notes) => {
    const checked = await ran(written(principals, http), at, "--check");
    expect([checked.code, checked.notes]).toEqual([0, notes]);
  });

  test("and that nobody could ever call ends it", async () => {
    const checked = await ran(written(bot, ""), local, "--check");
    expect([checked.code, checked.said]).toEqual([
      1,
      expect.stringContaining("principals with jwt are proven by tokens of http.issuers, and there are none; nobody could call"),
    ]);
  });

  test("by a start too, which serves", async () => {
    const policy = written(ada, `resource: "http://127.0.0.1/other"`);
    await using server = await startHttpServer({ bin: readerBin, policy, http: "127.0.0.1:0" });
    expect(server.process.stderr).toContain("postern: note: http.resource: its path is /other, and the protocol is served at /mcp only;");
    expect((await server.send({ token: keyOf("ada"), body: "{}" })).status).toBe(400);
  });
});

describe("a certificate that ended does not keep a policy from being read again (S4)", () => {
  test("who lost his card loses it, and the operator is told of the certificate", async () => {
    const policy = written(ada, withCertificate(-1, 90, [name]));
    await using server = await startHttpServer({ bin: readerBin, policy, http: "127.0.0.1:0" });
    written(bot, `${withCertificate(-30, -1, [name])}, ${issuers}`);
    server.process.kill("SIGHUP");
    await expect.poll(() => server.process.stderr, { timeout: 10_000 }).toContain("postern: the policy was reloaded");
    expect(server.process.stderr).toContain(`postern: note: http.tls: the certificate ended on ${date(-1)}, and clients refuse it; renew it\n`);
  });

  test("another's key does, and the old policy stays in force", async () => {
    const policy = written(ada, withCertificate(-1, 90, [name]));
    await using server = await startHttpServer({ bin: readerBin, policy, http: "127.0.0.1:0" });
    writeFileSync(files.at("key.pem"), madeCertificate(-1, 90, []).key);
    server.process.kill("SIGHUP");
    await expect.poll(() => server.process.stderr, { timeout: 10_000 }).toContain("the old one stays in force: http.tls: the private key does not belong");
  });
});

describe("an address where nobody can listen is told before the start (S4)", () => {
  test("a busy one: a note, for it may be this server itself; a start ends there", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const at = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const busy = `cannot listen on ${at} (EADDRINUSE): another program listens there already; end it, or take another port`;
    const policy = written(ada, "");
    const checked = await ran(policy, at, "--check");
    expect([checked.code, checked.notes]).toEqual([0, [`${busy}; where that is this server itself, SIGHUP lets it read the policy again`]]);
    const started = await ran(policy, at);
    expect([started.code, started.said]).toEqual([1, expect.stringContaining(`refused to start: ${busy}\n`)]);
    other.close();
  });

  test.each([
    ["of another machine", "192.0.2.7:8080", "(EADDRNOTAVAIL): no network interface of this machine has this address; take one that has, or 0.0.0.0 for all"],
    ["that is a name of nobody", "nobody.invalid:8080", ": the name "],
  ])("one %s", async (_name, at, why) => {
    const policy = written(ada, proxied);
    const checked = await ran(policy, at, "--check");
    expect([checked.code, checked.said]).toEqual([1, expect.stringMatching(/http {6}nobody at .*: cannot listen on /)]);
    expect(checked.said).toContain(why);
    const started = await ran(policy, at);
    expect([started.code, started.said]).toEqual([1, expect.stringMatching(/refused to start: cannot listen on /)]);
    expect(started.said).toContain(why);
  });

  test("a check takes the address for a moment only, and serves nothing", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    const policy = written(ada, "");
    for (const _round of [1, 2]) expect(await ran(policy, `127.0.0.1:${port}`, "--check")).toMatchObject({ code: 0, notes: [] });
  });
});

function shownDigest(): string {
  return (
    /apiKey: \{ sha256: ([0-9a-f]{64}) \}/.exec(readFileSync(new URL("../../README.md", import.meta.url), "utf8"))?.[1] ??
    expect.unreachable("the README shows a key's digest")
  );
}
