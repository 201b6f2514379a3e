import { LineProcess, startHttpServer, tree, type Tree } from "@postern/testing";
import { chmodSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { authority, certificate, key as privateKey } from "../../packages/network/test/tls-material.ts";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";

let files: Tree;
beforeEach(() => {
  files = tree({ "notes/a.txt": "text\n", "state/": true });
});
afterEach(() => files[Symbol.dispose]());

const card = (): string => `{ id: notes, server: filesystem-read, principals: [ada], tools: "*", targets: { roots: [ { path: ${files.at("notes")} } ] } }`;
const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_allowed_directories", arguments: {} } });

/** What the binary says and how it ends. */
async function ran(args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = new LineProcess({
    script: readerBin,
    args: [...args, "--evidence", files.at("state/evidence.db")],
    env: { PATH: process.env["PATH"] ?? "", HOME: files.root },
  });
  const { code } = await child.exited;
  return { code, said: child.stderr + child.lines.join("\n") };
}

describe("a server is not served where keys could be read or nobody could call (S4)", () => {
  test.each([
    ["no policy", 1, () => ["--http", "127.0.0.1:0"], "--http needs --policy"],
    ["no address", 2, () => ["--policy", writePolicy(files.root, [{ id: "ada" }], [card()]), "--http", "here"], "--http takes HOST:PORT"],
    ["a port that is none", 2, () => ["--policy", writePolicy(files.root, [{ id: "ada" }], [card()]), "--http", "127.0.0.1:99999"], "--http takes HOST:PORT"],
    [
      "a local user",
      2,
      () => ["--policy", writePolicy(files.root, [{ id: "ada" }], [card()]), "--http", "127.0.0.1:0", "--principal", "ada"],
      "each caller proves who it is",
    ],
    [
      "nobody who could prove anything",
      1,
      () => {
        const file = files.at("stdio.yaml");
        writeFileSync(file, "version: 1\nprincipals: [{ id: ada, stdio: true }]\nroutes: []\n", { mode: 0o600 });
        return ["--policy", file, "--http", "127.0.0.1:0"];
      },
      "principals that can authenticate",
    ],
    ["every address, and no name", 1, () => ["--policy", writePolicy(files.root, [{ id: "ada" }], [card()]), "--http", "0.0.0.0:0"], "http.allowedHosts"],
    [
      "every address, in the clear",
      1,
      () => {
        const http = "http: { resource: https://mcp.acme.example/mcp, allowedHosts: [mcp.acme.example] }";
        return ["--policy", writePolicy(files.root, [{ id: "ada" }], [card()], http), "--http", "0.0.0.0:0"];
      },
      "in the clear",
    ],
    [
      "a name, in the clear",
      1,
      () => {
        const http = "http: { resource: https://mcp.acme.example/mcp, allowedHosts: [mcp.acme.example] }";
        return ["--policy", writePolicy(files.root, [{ id: "ada" }], [card()], http), "--http", "mcp.acme.example:443"];
      },
      "in the clear",
    ],
  ] as const)("%s", async (_name, code, args, why) => {
    const ended = await ran(args());
    expect(ended.said).toContain(why);
    expect(ended.code).toBe(code);
  });

  test("a key file that others can read", async () => {
    const { http, key } = withTls();
    chmodSync(key, 0o644);
    const ended = await ran(["--policy", writePolicy(files.root, [{ id: "ada" }], [card()], http), "--http", "127.0.0.1:0"]);
    expect([ended.code, ended.said]).toEqual([1, expect.stringContaining("open to others than its owner")]);
  });

  test("--check says how it would be served, or why not", async () => {
    const policy = writePolicy(files.root, [{ id: "ada" }], [card()]);
    const here = await ran(["--policy", policy, "--check", "--http", "127.0.0.1:8080"]);
    expect([here.code, here.said]).toEqual([0, expect.stringContaining("127.0.0.1:8080/mcp (http, from this machine only)")]);
    const everywhere = await ran(["--policy", policy, "--check", "--http", "0.0.0.0:8080"]);
    expect([everywhere.code, everywhere.said]).toEqual([1, expect.stringContaining("nobody at 0.0.0.0:8080/mcp")]);
  });
});

function withTls(): { readonly http: string; readonly key: string } {
  writeFileSync(files.at("cert.pem"), certificate, { mode: 0o644 });
  writeFileSync(files.at("key.pem"), privateKey, { mode: 0o600 });
  return {
    http: "http: { resource: https://mcp.good.test/mcp, allowedHosts: [mcp.good.test], tls: { cert: cert.pem, key: key.pem } }",
    key: files.at("key.pem"),
  };
}

/** One call over TLS, to the server's own name. */
function callOverTls(port: number, maxVersion?: "TLSv1.1"): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host: "mcp.good.test", authorization: `Bearer ${keyOf("ada")}`, "content-type": "application/json" };
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        path: "/mcp",
        method: "POST",
        headers,
        servername: "mcp.good.test",
        ca: authority,
        agent: false,
        ...(maxVersion && { maxVersion, minVersion: "TLSv1" }),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(call);
  });
}

describe("over TLS", () => {
  test("a call arrives; in the clear, or by an old version, none does (S5)", async () => {
    const policy = writePolicy(files.root, [{ id: "ada" }], [card()], withTls().http);
    await using server = await startHttpServer({ bin: readerBin, policy, http: "0.0.0.0:0" });
    expect(server.url).toMatch(/^https:/);
    expect(await callOverTls(server.port)).toBe(200);
    await expect(callOverTls(server.port, "TLSv1.1")).rejects.toThrow(/version|protocol|alert|reset|hang up/i);
    await expect(server.send({ token: keyOf("ada"), body: call })).rejects.toThrow(/reset|hang up/i);
    expect(server.calls().filter(({ tool }) => tool === "list_allowed_directories")).toHaveLength(1);
  });
});

describe("behind a proxy", () => {
  test.each([
    ["from the proxy", "[127.0.0.0/8]", 200],
    ["from elsewhere", "[10.0.0.0/8, 'fd00::/8', 192.0.2.1]", 403],
  ])("a call %s", async (_name, proxies, status) => {
    const http = `http: { resource: https://mcp.acme.example/mcp, allowedHosts: [mcp.acme.example], proxies: ${proxies} }`;
    await using server = await startHttpServer({ bin: readerBin, policy: writePolicy(files.root, [{ id: "ada" }], [card()], http), http: "0.0.0.0:0" });
    const headers = [
      ["Host", "mcp.acme.example"],
      ["X-Forwarded-For", "10.0.0.1"],
      ["Forwarded", "for=10.0.0.1"],
    ] as const;
    expect((await server.send({ token: keyOf("ada"), body: call, headers })).status).toBe(status);
    const [record] = server.calls().slice(-1);
    expect([record?.decision, record?.rule]).toEqual(status === 200 ? ["allow", "route:notes"] : ["deny", "not-the-proxy"]);
  });
});
