import { httpRoutes } from "@postern/runtime";
import { startHttpServer, tree, type HttpServer, type RawAnswer, type Tree } from "@postern/testing";
import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { keyOf } from "./callers.ts";
import { Issuer, issuerKey } from "./issuer.ts";
import { type Entry, Ledger } from "./ledger.ts";
import { far } from "./origin-world.ts";
import { type Asker, askers } from "./parity-askers.ts";
import { Decided } from "./parity-print.ts";
import { paritySubjects, type Reach, type World } from "./parity-subjects.ts";
import { type Era, type Message, messages, written } from "./parity-table.ts";
import { type Cards, StdioDoor, sitters } from "./stdio-door.ts";
import { writeTokenPolicy } from "./token-policy.ts";

const eras: readonly Era[] = ["2025", "2026"];
const verbs = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];
const otherPaths = ["/", "/mcp/", "/MCP", "//mcp", "/mcp%2f", "/mcp/..", "/sse", "/messages", "/mcp/tools/call", "/.well-known/oauth-authorization-server"];

/** How who cannot be a caller is refused, whatever is asked. */
const refusals: Partial<Record<Asker["knows"], { readonly status: number; readonly code: string }>> = {
  nobody: { status: 401, code: "principal.unauthenticated" },
  unnamed: { status: 403, code: "principal.unknown" },
};

const decided = new Decided();
afterAll(() => void process.stdout.write(`\nEndpoint-auth parity: status and record of each request, "2025 | 2026" where they differ\n\n${decided.table()}`));

describe.each(paritySubjects)("$name", ({ name, bin, open }) => {
  let files: Tree;
  let world: World;
  let reach: Reach;
  let server: HttpServer;
  let ledger: Ledger;
  let doors: ReadonlyMap<Era, StdioDoor>;
  let dns: DnsServer;
  let issuer: Issuer;
  /** What the world is where nothing happened. */
  let untouched: ReadonlyMap<string, string>;
  let asked = 0;

  beforeAll(async () => {
    files = tree({});
    ({ world, ...reach } = await open(files.root));
    untouched = world.state();
    dns = await dnsServer((asking, type) => (type === "A" ? a(asking, asking === far.name ? far.address : "127.0.0.98") : []));
    issuer = await Issuer.start("127.0.0.98", [await issuerKey("rsa", "RS256")]);
    const card = (id: string, holders: string, targets: string): string =>
      `{ id: ${id}, server: ${name}, principals: [${holders}], tools: "*", targets: ${targets} }`;
    const cards: Cards = (holder, wide) => [card("card", holder, reach.card), card("wide", wide, reach.wide)];
    const keyed = (id: string, tenant: string): string => `{ id: ${id}, tenant: ${tenant}, apiKey: { sha256: ${hash("sha256", keyOf(id))} } }`;
    const principals = [keyed("right", "acme"), keyed("other", "rival"), keyed("without", "acme"), keyed("wide", "acme")];
    const policy = writeTokenPolicy({ folder: files.root, dns, issuers: [issuer], principals, cards: cards("right, reader", "wide") });
    const opening = eras.map(async (era) => [era, await StdioDoor.open({ bin, folder: files.root, era, cards, dns: dns.at })] as const);
    [server, doors] = await Promise.all([startHttpServer({ bin, policy }), Promise.all(opening).then((opened) => new Map(opened))]);
    ledger = new Ledger(server);
  });
  afterAll(async () => {
    await Promise.all([server?.close(), ...[...(doors?.values() ?? [])].map((door) => door[Symbol.asyncDispose]())]);
    await Promise.all([issuer?.stop(), dns?.[Symbol.asyncDispose](), world?.[Symbol.asyncDispose]()]);
    files?.[Symbol.dispose]();
  });

  const tokens = new Map<Asker["token"], Promise<string>>();
  /** One request over HTTP. */
  async function ask({ token, header }: Pick<Asker, "token" | "header">, request: Parameters<HttpServer["send"]>[0]): Promise<RawAnswer> {
    if (typeof token === "function") tokens.set(token, tokens.get(token) ?? token(issuer));
    const brought = typeof token === "function" ? await tokens.get(token) : token;
    return server.send({
      ...request,
      ...(brought !== undefined && { token: brought }),
      headers: [...(request.headers ?? []), ...(header ? [header] : [])],
    });
  }

  /**
   * That a message got what whoever the policy names gets, whichever way it came, and had its effect or none. Gives back the code that
   * its record has to have: null for a call that was allowed, undefined for no record.
   */
  function decidedAs(message: Message, knows: Asker["knows"], { json, text }: Pick<RawAnswer, "json" | "text">, about: string): string | null | undefined {
    const { row, method } = message;
    const may = knows === "the right one" && message.for === "call" && row?.code === undefined;
    if (method === "tools/list") expect(listed(json), about).toEqual(knows === "somebody" ? [] : toolsOf("card"));
    if (message.for === "absent") expect(json, about).toMatchObject({ error: { data: { code: "input.invalid" } } });
    else if (message.for === "call" && knows === "somebody") expect(json, about).toMatchObject({ error: { code: -32602 } });
    else expect(json, about).toHaveProperty(row?.code === "tool.unknown" ? "error" : "result");
    if (may && row?.shows !== undefined) expect(text, about).toContain(row.shows);
    if (!may) for (const { shows = "a secret" } of reach.rows) expect(text, about).not.toContain(shows);
    expect(world.state(), about).toEqual(may ? changed(row?.changes) : untouched);
    if (may) world.reset();
    if (message.for === "served") return undefined;
    if (message.for === "absent") return "input.invalid";
    if (knows === "the right one") return row?.code ?? null;
    // a prompt whose tool is hidden is none, and says so as one that never was.
    return method === "tools/call" ? "tool.unknown" : "input.invalid";
  }

  function changed(changes: Readonly<Record<string, string | null>> = {}): ReadonlyMap<string, string> {
    const state = new Map(untouched);
    for (const [what, now] of Object.entries(changes)) {
      if (now === null) state.delete(what);
      else state.set(what, now);
    }
    return state;
  }

  /** What a card's holder is shown. */
  function toolsOf(card: "card" | "wide"): readonly string[] {
    return [...new Set(reach.rows.filter(({ code }) => card === "wide" || code !== "tool.unknown").map(({ tool }) => tool))].toSorted();
  }

  function listed(json: unknown): readonly string[] {
    const { result } = json as { readonly result?: { readonly tools?: readonly { readonly name: string }[] } };
    return (result?.tools ?? []).map((tool) => tool.name).toSorted();
  }

  const requested = ({ method, row, params }: Message): string =>
    row === undefined || method !== "tools/call" ? method : `${String(params?.["name"])} (${row.of})`;

  describe.each(askers)("$name", (asker) => {
    const refused = refusals[asker.knows];

    test.each(eras)("every method and tool of %s: the same decision for the same caller, and one record (S5, P2, E1)", async (era) => {
      const entries: Entry[] = [];
      for (const message of messages(reach.rows, reach.prompt, era)) {
        const { headers, body } = written(era, message, (asked += 1));
        const came = await ask(asker, { headers, body });
        const about = `${era} ${requested(message)} by ${asker.name}: ${came.status} ${came.text}`;
        if (refused !== undefined) remained(came, refused.status, about);
        const code = refused === undefined ? decidedAs(message, asker.knows, came, about) : refused.code;
        entries.push({ ...came, code, about, note: (cell) => decided.note(name, requested(message), asker.name, era, cell) });
      }
      const { recorded, due } = ledger.balance(entries, asker);
      expect(recorded).toEqual(due);
    });

    test("no other verb and no other path comes to a call (S5)", async () => {
      const [row] = reach.rows;
      const call = written("2025", { method: "tools/call", params: { name: row?.tool, arguments: row?.input } }, (asked += 1));
      const routes: readonly string[] = Object.values(httpRoutes);
      const reads = (method: string): boolean => method === "GET" || method === "HEAD";
      const others = [...routes.flatMap((path) => verbs.map((method) => ({ method, path }))), ...otherPaths.map((path) => ({ method: "POST", path }))];
      const entries: Entry[] = [];
      for (const { method, path } of others) {
        const protocol = path === httpRoutes.protocol;
        if (protocol ? method === "POST" : reads(method) && routes.includes(path)) continue;
        const came = await ask(asker, { method, path, headers: call.headers, body: call.body });
        const about = `${method} ${path} by ${asker.name}: ${came.status} ${came.text}`;
        remained(came, refused?.status ?? (protocol && method !== "DELETE" ? 405 : 404), about);
        entries.push({
          ...came,
          code: refused?.code ?? "input.invalid",
          about,
          note: (cell) => decided.note(name, `${method} ${path}`, asker.name, "2025", cell),
        });
      }
      const { recorded, due } = ledger.balance(entries, asker);
      expect(recorded).toEqual(due);
    });

    test("health and metadata tell everybody the same, and leave nothing (S5)", async () => {
      const health = await ask(asker, { method: "GET", path: httpRoutes.health });
      expect([health.status, health.text]).toEqual([200, '{"status":"ok"}']);
      const { status, json } = await ask(asker, { method: "GET", path: httpRoutes.metadata });
      expect(status).toBe(200);
      expect(json).toEqual({ resource: "https://mcp.good.test/mcp", authorization_servers: [issuer.url], bearer_methods_supported: ["header"] });
      const { recorded, due } = ledger.balance([], asker);
      expect(recorded).toEqual(due);
    });
  });

  /** That a request was refused as such, and nothing was told or done. */
  function remained({ status, text }: RawAnswer, expected: number, about: string): void {
    expect(status, about).toBe(expected);
    expect(text, about).not.toContain("a secret");
    expect(world.state(), about).toEqual(untouched);
  }

  test.each(sitters)("$name: every method and tool of both eras has the decision that it has over HTTP, and one record (S5, P2, E1)", async (sitter) => {
    for (const [era, door] of doors) {
      await door.seat(sitter);
      const entries: Entry[] = [];
      for (const message of messages(reach.rows, reach.prompt, era)) {
        const json = await door.ask(written(era, message, (asked += 1)).body);
        const text = JSON.stringify(json);
        const about = `stdio ${era} ${requested(message)} by ${sitter.name}: ${text}`;
        const code = decidedAs(message, sitter.knows, { json, text }, about);
        entries.push({ text, code, about, note: (cell) => decided.note(name, requested(message), sitter.name, era, cell) });
      }
      const { recorded, due } = door.ledger.balance(entries, sitter);
      expect(recorded).toEqual(due);
    }
  });

  test("what is denied to the card is done for a wider one, and every tool was asked (S5)", async () => {
    const wide = { token: keyOf("wide") };
    const list = await ask(wide, { body: written("2025", { method: "tools/list" }, (asked += 1)).body });
    expect(listed(list.json)).toEqual(toolsOf("wide"));
    const entries: Entry[] = [];
    for (const { tool, input, code, changes, shows } of reach.rows) {
      if (code === undefined) continue;
      const { text } = await ask(wide, { body: written("2025", { method: "tools/call", params: { name: tool, arguments: input } }, (asked += 1)).body });
      if (shows !== undefined) expect(text).toContain(shows);
      expect(world.state(), text).toEqual(changed(changes));
      world.reset();
      entries.push({ text, code: null, about: text });
    }
    const { recorded, due } = ledger.balance(entries, { principal: "wide", tenant: "acme" });
    expect(recorded).toEqual(due);
  });

  test("every route of the server is among those that were asked (S5)", () => {
    expect(Object.keys(httpRoutes).toSorted()).toEqual(["health", "metadata", "protocol"]);
  });
});
