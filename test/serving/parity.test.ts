import { httpRoutes } from "@postern/runtime";
import { startHttpServer, tree, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { fetchBin, readerBin } from "../subjects.ts";
import { keyOf } from "./callers.ts";
import { Issuer, issuerKey } from "./issuer.ts";
import { type Asker, messages, written } from "./parity-table.ts";
import { writeTokenPolicy } from "./token-policy.ts";

const askers: readonly Asker[] = [
  { name: "no token", knows: "nobody" },
  { name: "unknown key", token: keyOf("nobody"), knows: "nobody" },
  { name: "another scheme", header: ["Authorization", `Basic ${keyOf("right")}`], knows: "nobody" },
  { name: "key in a cookie", header: ["Cookie", `authorization=Bearer ${keyOf("right")}`], knows: "nobody" },
  { name: "wrong audience", token: (issuer) => issuer.sign({ aud: "https://other.good.test/mcp" }), knows: "nobody" },
  { name: "expired token", token: (issuer) => issuer.sign({ iat: 1, exp: 301 }), knows: "nobody" },
  { name: "token of nobody", token: (issuer) => issuer.sign({ sub: "stranger" }), knows: "unnamed" },
  { name: "other tenant", token: keyOf("other"), knows: "somebody" },
  { name: "token, no card", token: (issuer) => issuer.sign({ sub: "writer" }), knows: "somebody" },
  { name: "no card", token: keyOf("without"), knows: "somebody" },
  { name: "right", token: keyOf("right"), knows: "the right one" },
  { name: "right token", token: (issuer) => issuer.sign(), knows: "the right one" },
];

const refusals: Partial<Record<Asker["knows"], string>> = { nobody: "principal.unauthenticated", unnamed: "principal.unknown" };
const verbs = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];
const otherPaths = ["/", "/mcp/", "/MCP", "//mcp", "/mcp%2f", "/mcp/..", "/sse", "/messages", "/mcp/tools/call", "/.well-known/oauth-authorization-server"];

interface Server {
  readonly name: string;
  readonly bin: string;
  readonly tool: string;
  readonly input: (folder: string) => Readonly<Record<string, unknown>>;
  readonly targets: (folder: string) => string;
  readonly prompt?: Readonly<Record<string, unknown>>;
  /** What the right one gets. */
  readonly answer: string;
}

const servers: readonly Server[] = [
  {
    name: "filesystem-read",
    bin: readerBin,
    tool: "read_text_file",
    input: (folder) => ({ path: `${folder}/own/a.txt` }),
    targets: (folder) => `{ roots: [ { path: ${folder}/own } ] }`,
    answer: "allowed",
  },
  {
    name: "fetch-read",
    bin: fetchBin,
    tool: "fetch",
    input: () => ({ url: "http://127.0.0.1:9/" }),
    targets: () => "{ hosts: [docs.example] }",
    prompt: { name: "fetch", arguments: { url: "http://127.0.0.1:9/" } },
    answer: "net.address",
  },
];

/** What was decided, by request and asker. */
const decided = new Map<string, Map<string, string>>();
function note(request: string, { name }: Asker, status: number, records: readonly (string | null)[]): void {
  const row = decided.get(request) ?? new Map<string, string>();
  decided.set(request, row.set(name, `${status}${records.length === 0 ? "" : ` ${records.map((code) => code ?? "allowed").join("+")}`}`));
}
afterAll(() => {
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(index === 0 ? 62 : 32))
      .join(" ")
      .trimEnd();
  const rows = [...decided]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([request, row]) => line([request, ...askers.map(({ name }) => row.get(name) ?? "-")]));
  process.stdout.write(`\nEndpoint-auth parity: status and record of each request\n${line(["", ...askers.map(({ name }) => name)])}\n${rows.join("\n")}\n`);
});

describe.each(servers)("$name", ({ name, bin, tool, input, targets, prompt, answer }) => {
  let files: Tree;
  let server: HttpServer;
  let dns: DnsServer;
  let issuer: Issuer;
  let asked = 0;

  beforeAll(async () => {
    files = tree({ "own/a.txt": "a secret of the right one\n" });
    dns = await dnsServer((asking, type) => (type === "A" ? a(asking, "127.0.0.98") : []));
    issuer = await Issuer.start("127.0.0.98", [await issuerKey("rsa", "RS256")]);
    const keyed = (id: string, tenant: string): string => `{ id: ${id}, tenant: ${tenant}, apiKey: { sha256: ${hash("sha256", keyOf(id))} } }`;
    const policy = writeTokenPolicy({
      folder: files.root,
      dns,
      issuers: [issuer],
      principals: [keyed("right", "acme"), keyed("other", "rival"), keyed("without", "acme")],
      cards: [`{ id: card, server: ${name}, principals: [right, reader], tools: "*", targets: ${targets(files.root)} }`],
    });
    server = await startHttpServer({ bin, policy });
  });
  afterAll(async () => {
    await server?.close();
    await Promise.all([issuer?.stop(), dns?.[Symbol.asyncDispose]()]);
    files?.[Symbol.dispose]();
  });

  /** One request, and the codes of the records that it left. */
  async function ask(
    { token, header, knows }: Asker,
    request: Parameters<HttpServer["send"]>[0],
  ): Promise<RawAnswer & { readonly records: readonly (string | null)[] }> {
    const before = server.calls().length;
    const brought = typeof token === "function" ? await token(issuer) : token;
    const sent = await server.send({
      ...request,
      ...(brought !== undefined && { token: brought }),
      headers: [...(request.headers ?? []), ...(header ? [header] : [])],
    });
    const records = server
      .calls()
      .slice(before)
      .map(({ code }) => code);
    if (knows !== "the right one") expect(sent.text).not.toContain("a secret");
    return { ...sent, records };
  }

  describe.each(askers)("$name", (asker) => {
    test.each(["2025", "2026"] as const)("every method of %s: the same decision for the same caller, and one record (S5, P2, E1)", async (era) => {
      for (const message of messages(tool, input(files.root), prompt, era)) {
        const { headers, body } = written(era, message, (asked += 1));
        const { status, json, text, records } = await ask(asker, { headers, body });
        const about = `${era} ${message.method} by ${asker.name}: ${status} ${text}`;
        note(`${name} ${era} ${message.method}`, asker, status, records);
        if (asker.knows === "nobody") {
          expect([status, records], about).toEqual([401, ["principal.unauthenticated"]]);
        } else if (asker.knows === "unnamed") {
          expect([status, records], about).toEqual([403, ["principal.unknown"]]);
        } else if (message.for === "absent") {
          expect(records, about).toEqual(["input.invalid"]);
          expect(json, about).toMatchObject({ error: { data: { code: "input.invalid" } } });
        } else if (message.for === "served") {
          expect([status, records], about).toEqual([200, []]);
          if (asker.knows === "somebody") expect(text, about).not.toContain(tool === "fetch" ? '"name":"fetch"' : tool);
        } else if (asker.knows === "somebody") {
          // a prompt whose tool is hidden is none, and says so as one that never was.
          expect(records, about).toEqual([message.method === "tools/call" ? "tool.unknown" : "input.invalid"]);
          expect(json, about).toMatchObject({ error: { code: -32602 } });
        } else {
          expect(records, about).toEqual([answer === "allowed" ? null : answer]);
        }
      }
    });

    test("no other verb and no other path comes to a call (S5)", async () => {
      const call = written("2025", { method: "tools/call", params: { name: tool, arguments: input(files.root) } }, (asked += 1));
      const others = [...verbs.map((method) => ({ method, path: httpRoutes.protocol })), ...otherPaths.map((path) => ({ method: "POST", path }))];
      for (const { method, path } of others) {
        const { status, records, text } = await ask(asker, { method, path, headers: call.headers, body: call.body });
        const about = `${method} ${path} by ${asker.name}: ${status} ${text}`;
        note(`${name} ${method} ${path}`, asker, status, records);
        expect(records, about).toEqual([refusals[asker.knows] ?? "input.invalid"]);
        expect(status, about).toBe(
          asker.knows === "nobody" ? 401 : asker.knows === "unnamed" ? 403 : path === httpRoutes.protocol ? (method === "DELETE" ? 404 : 405) : 404,
        );
      }
    });
  });

  test("every route of the server is among those that were asked (S5)", () => {
    expect(Object.keys(httpRoutes).toSorted()).toEqual(["health", "metadata", "protocol"]);
  });

  test("health and metadata tell everybody the same, and leave nothing (S5)", async () => {
    for (const asker of askers) {
      const health = await ask(asker, { method: "GET", path: httpRoutes.health });
      expect([health.status, health.text, health.records]).toEqual([200, '{"status":"ok"}', []]);
    }
  });
});
