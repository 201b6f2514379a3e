import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { hash, randomInt } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { a, dnsServer, type DnsServer } from "../../packages/network/test/dns-server.ts";
import { keyOf } from "./callers.ts";
import { ask, open } from "./http-clients.ts";
import { Issuer, issuerKey } from "./issuer.ts";
import { callers, folders, type Id, type Mixed, mixedServers, reach } from "./mixing-subjects.ts";
import { type Era, written } from "./parity-table.ts";
import { seeded } from "./seeded.ts";
import { writeTokenPolicy } from "./token-policy.ts";

/** Calls in all, over the four servers: a hundred thousand and more with POSTERN_LONG=1. */
const calls = process.env["POSTERN_LONG"] === "1" ? 120_000 : 9_000;
const connections = 48;

/** What a request says of its sender: the truth, or a token that proves nothing. */
type Proof = "own" | "expired" | "for another audience" | "signed for another";
const proofs: readonly Proof[] = [...Array.from({ length: 37 }, () => "own" as const), "expired", "for another audience", "signed for another"];

interface Asked {
  readonly by: Id;
  readonly proof: Proof;
  /** Whose session it names. */
  readonly session: Id | "none";
  readonly era: Era;
  readonly folder: string;
  readonly method: "tools/call" | "tools/list" | "no such tool";
  readonly answer: string;
}

/** What a record of a call has to say. */
interface Due {
  readonly principal: string;
  readonly tenant: string;
  readonly decision: "allow" | "deny";
  readonly code: string | null;
  /** The card that it may name: of an allowed call the one that gives the folder, of a denied one at most one of the caller's own. */
  readonly routes: readonly (string | null)[];
}

describe.each(mixedServers)("callers of $name on shared connections", ({ name, open: begin }) => {
  let files: Tree;
  let mixed: Mixed;
  let dns: DnsServer;
  let issuer: Issuer;
  let server: HttpServer;
  /** By caller and proof: several of each that a caller has. */
  let proven: Readonly<Record<Id, Readonly<Record<Proof, readonly string[]>>>>;

  beforeEach(async () => {
    files = tree(Object.fromEntries(folders.map((folder) => [`${folder}/a.txt`, `of ${folder}\n`])));
    dns = await dnsServer((asking, type) => (type === "A" ? a(asking, "127.0.0.98") : []));
    issuer = await Issuer.start("127.0.0.98", [await issuerKey("rsa", "RS256")]);
    mixed = await begin();
    const cards = folders.flatMap((folder) => {
      const who = callers.filter(({ id }) => reach[id].includes(folder)).map(({ id }) => id);
      const [tools, targets] = mixed.server.card(folder, files.root);
      return who.length === 0 ? [] : [`{ id: ${folder}, server: ${name}, principals: [${who.join(", ")}], tools: ${tools}, targets: ${targets} }`];
    });
    const principals = callers.map(({ id, tenant, proof }) => {
      const how = proof === "key" ? `apiKey: { sha256: ${hash("sha256", keyOf(id))} }` : `jwt: { issuer: "${issuer.url}", subject: ${id} }`;
      return `{ id: ${id}, tenant: ${tenant}, ${how} }`;
    });
    proven = await provenBy(issuer);
    server = await startHttpServer({
      bin: mixed.server.bin,
      policy: writeTokenPolicy({ folder: files.root, dns, issuers: [issuer], principals, cards, more: "loops: off" }),
    });
  });
  afterEach(async () => {
    await server?.close();
    await Promise.all([mixed?.[Symbol.asyncDispose](), issuer?.stop(), dns?.[Symbol.asyncDispose]()]);
    files?.[Symbol.dispose]();
  });

  function request(asked: Omit<Asked, "answer">, id: number, token: string, session: string | undefined): Buffer {
    const { method, folder, era } = asked;
    const call = mixed.server.call(folder, files.root, `m${id}`);
    const named = method === "no such tool" ? { ...call, name: `${call.name}_` } : call;
    const { headers, body } = written(era, method === "tools/list" ? { method } : { method: "tools/call", params: { ...named } }, id);
    return post(server.port, token, body, [...headers, ...(session === undefined ? [] : [["mcp-session-id", session] as const])]);
  }

  async function beginSession(by: Id): Promise<string> {
    const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: by, version: "0" } };
    const socket = await open(server.port);
    const token = proven[by].own[0] ?? expect.unreachable(by);
    const answer = await ask(socket, post(server.port, token, { jsonrpc: "2.0", id: 0, method: "initialize", params: client }, []));
    socket.destroy();
    return /\r\nmcp-session-id: (\S+)/i.exec(answer)?.[1] ?? expect.unreachable(answer);
  }

  /** What of a request has to be in the evidence; undefined: nothing. */
  function due({ by, proof, session, era, folder, method }: Asked): Due | undefined {
    const tenant = callers.find(({ id }) => id === by)?.tenant ?? expect.unreachable(by);
    const denied = { decision: "deny", routes: [null] } as const;
    if (proof !== "own") return { ...denied, principal: "(unauthenticated)", tenant: "default", code: "principal.unauthenticated" };
    if (era === "2025" && session !== "none" && session !== by) return { ...denied, principal: by, tenant, code: "input.invalid" };
    if (method === "tools/list") return undefined;
    if (method === "tools/call" && reach[by].includes(folder)) return { principal: by, tenant, decision: "allow", code: null, routes: [folder] };
    if (method === "no such tool") return { ...denied, principal: by, tenant, code: "tool.unknown" };
    return { ...denied, principal: by, tenant, code: mixed.server.denied, routes: [null, ...reach[by]] };
  }

  test("no answer, list, error or record ever mixes two of them, by key or token, in whatever order they come (P1, P2, P3, E1)", async () => {
    const seed = randomInt(2 ** 31);
    const sessions = new Map(await Promise.all(callers.map(async ({ id }) => [id, await beginSession(id)] as const)));
    const asked = new Map<number, Asked>();
    let next = 0;
    await Promise.all(
      Array.from({ length: connections }, async (_, connection) => {
        const random = seeded(seed + connection);
        const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] ?? expect.unreachable("an empty list");
        let socket = await open(server.port);
        while (next < calls / mixedServers.length) {
          const id = (next += 1);
          const { id: by } = pick(callers);
          const one = {
            by,
            proof: pick(proofs),
            session: pick(["none", "none", by, pick(callers).id] as const),
            era: pick(["2025", "2026"] as const),
            folder: pick(folders),
            method: pick(["tools/call", "tools/call", "tools/call", "tools/list", "no such tool"] as const),
          };
          const session = one.session === "none" ? undefined : sessions.get(one.session);
          const answer = await ask(socket, request(one, id, pick(proven[by][one.proof]), session));
          asked.set(id, { ...one, answer });
          if (!/\r\nconnection: close\r\n/i.test(answer)) continue;
          socket.destroy();
          socket = await open(server.port);
        }
        socket.destroy();
      }),
    );

    const records = server.calls();
    const byCall = new Map(records.map((record) => [record.call, record]));
    const seen = new Set<string>();
    const owed: string[] = [];
    const effects = new Map<string, string[]>(folders.map((folder) => [folder, []]));
    for (const [id, one] of asked) {
      const { by, proof, folder, method, answer } = one;
      const about = `seed ${seed}, ${name}, ${method} of ${folder} by ${by}, proof ${proof}, session of ${one.session}, ${one.era}: ${answer}`;
      const expected = due(one);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as {
        readonly id: unknown;
        readonly result?: { readonly tools?: readonly { readonly name: string }[] };
      };
      expect(body.id, about).toBe(proof === "own" ? id : null);
      // what others may reach stands in no answer, not even as a name.
      for (const other of folders)
        if (other !== folder && !reach[by].includes(other)) for (const trace of [`/${other}`, `send_${other}`]) expect(answer, about).not.toContain(trace);
      if (expected === undefined) {
        expect(new Set(body.result?.tools?.map((tool) => tool.name)), about).toEqual(new Set(mixed.server.tools(by)));
        continue;
      }
      const [, receipt = ""] = /"call":"([^"]+)"/.exec(answer) ?? [];
      const record = byCall.get(receipt) ?? expect.unreachable(`no record: ${about}`);
      expect(seen.has(receipt), about).toBe(false);
      seen.add(receipt);
      const { principal, tenant, decision, code, route } = record;
      const { routes, ...rest } = expected;
      expect({ principal, tenant, decision, code }, about).toEqual(rest);
      expect(routes, about).toContain(route);
      owed.push(`${expected.tenant} ${expected.principal} ${expected.decision}`);
      if (expected.code === "input.invalid") expect([answer.split(" ", 2)[1], record.rule], about).toEqual(["404", "session-of-another"]);
      if (expected.decision === "deny") expect(answer, about).not.toContain(`of ${folder}\\n`);
      else effects.get(folder)?.push(`m${id}`);
      for (const { raw, canonical } of record.targets) expect(`${raw} ${canonical ?? ""}`, about).toContain(`/${folder}`);
    }

    // Each of them one record, and no other one: by id, and counted by caller.
    expect(records).toHaveLength(seen.size);
    expect(counted(records.map(({ tenant, principal, decision }) => `${tenant} ${principal} ${decision}`))).toEqual(counted(owed));
    for (const folder of mixed.server.effects === undefined ? [] : folders) {
      const found = mixed.server.effects?.(folder, files.root).filter(([mark]) => mark !== "a") ?? [];
      expect(found.map(([mark]) => mark).toSorted(), `seed ${seed}, ${folder}`).toEqual(effects.get(folder)?.toSorted());
      expect(new Set(found.map(([, words]) => words)), `seed ${seed}, ${folder}`).toEqual(new Set(found.length === 0 ? [] : [`of ${folder}\n`]));
    }
    // what was refused for its proof or session alone was taken with the right one.
    const ways = new Set([...asked.values()].map(({ by, proof, session }) => `${by} ${proof} ${session}`));
    for (const { id: by } of callers) for (const { id: other } of callers) expect([...ways]).toContain(`${by} own ${other}`);
  }, 600_000);
});

function post(port: number, token: string, body: object, headers: readonly (readonly [string, string])[]): Buffer {
  const text = JSON.stringify(body);
  const head = [
    "POST /mcp HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...headers.map(([key, value]) => `${key}: ${value}`),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${text}`);
}

/** Keys and tokens of each caller, and what is nearly a token: of the caller, or of the one in the same tenant who has tokens. */
async function provenBy(issuer: Issuer): Promise<Readonly<Record<Id, Readonly<Record<Proof, readonly string[]>>>>> {
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const entries = callers.map(async ({ id, tenant, proof }) => {
    const [sub, another] = callers
      .filter((each) => each.proof === "token")
      .toSorted((one) => (one.tenant === tenant ? -1 : 1))
      .map((each) => each.id);
    const token = await issuer.sign({ sub, exp });
    const others = await issuer.sign({ sub: another, exp });
    const made = {
      own: proof === "key" ? [keyOf(id)] : [token, await issuer.sign({ sub, exp, jti: "2" })],
      expired: [await issuer.sign({ sub, iat: 1, exp: 301 })],
      "for another audience": [await issuer.sign({ sub, exp, aud: "https://other.good.test/mcp" })],
      // the claims of one under the signature of another's.
      "signed for another": [[...token.split(".").slice(0, 2), others.split(".")[2]].join(".")],
    };
    return [id, made] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as unknown as Readonly<Record<Id, Readonly<Record<Proof, readonly string[]>>>>;
}

function counted(lines: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(lines, (line) => line)].map(([line, alike]) => [line, alike.length]));
}
