import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { randomInt } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fetchBin, readerBin, writerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { ask, open } from "./http-clients.ts";
import { written } from "./parity-table.ts";
import { seeded } from "./seeded.ts";

/** Calls in all, over the three servers: a hundred thousand and more with POSTERN_LONG=1. */
const calls = process.env["POSTERN_LONG"] === "1" ? 120_000 : 9_000;
const connections = 48;

const callers = [
  { id: "ann", tenant: "acme" },
  { id: "art", tenant: "acme" },
  { id: "bea", tenant: "rival" },
  { id: "bob", tenant: "rival" },
] as const;
type Id = (typeof callers)[number]["id"];

/** Which folders each one may reach: one of its own, one shared with a colleague, and one of its tenant's other neighbors for bea alone. */
const reach: Readonly<Record<Id, readonly string[]>> = { ann: ["ann", "acme"], art: ["art", "acme"], bea: ["bea", "rival"], bob: ["rival"] };
const folders = ["ann", "art", "acme", "bea", "rival", "nobody"] as const;

interface Subject {
  readonly name: string;
  readonly bin: string;
  readonly tool: string;
  /** Tools that a folder's card gives besides. */
  readonly more?: Readonly<Record<string, string>>;
  card(id: string, folder: string, principals: readonly string[], at: string): string;
  call(folder: string, at: string, mark: string): { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
}

/** Whose list is whose can be told by these. */
const extras: Readonly<Record<string, string>> = { ann: "get_file_info", art: "list_directory", bea: "directory_tree" };

const paths = (id: string, folder: string, principals: readonly string[], at: string, server: string, tools: string): string =>
  `{ id: ${id}, server: ${server}, principals: [${principals.join(", ")}], tools: ${tools}, targets: { roots: [ { path: ${at}/${folder} } ] } }`;

const subjects: readonly Subject[] = [
  {
    name: "filesystem-read",
    bin: readerBin,
    tool: "read_text_file",
    more: extras,
    card: (id, folder, principals, at) =>
      paths(id, folder, principals, at, "filesystem-read", `[${["read_text_file", ...(extras[folder] === undefined ? [] : [extras[folder]])].join(", ")}]`),
    call: (folder, at) => ({ name: "read_text_file", arguments: { path: `${at}/${folder}/a.txt` } }),
  },
  {
    name: "filesystem-write",
    bin: writerBin,
    tool: "write_file",
    card: (id, folder, principals, at) => paths(id, folder, principals, at, "filesystem-write", "[write_file]"),
    call: (folder, at, mark) => ({ name: "write_file", arguments: { path: `${at}/${folder}/${mark}.txt`, content: `of ${folder}\n` } }),
  },
  {
    name: "fetch-read",
    bin: fetchBin,
    tool: "fetch",
    // Nobody listens there: that it was tried shows in the code, and in no other caller's record.
    card: (id, folder, principals) =>
      `{ id: ${id}, server: fetch-read, principals: [${principals.join(", ")}], tools: "*", targets: { hosts: [127.0.9.${folders.indexOf(folder as "ann") + 1}], robots: ignore, internal: { networks: [127.0.9.${folders.indexOf(folder as "ann") + 1}/32], ports: [9] } } }`,
    call: (folder) => ({ name: "fetch", arguments: { url: `http://127.0.9.${folders.indexOf(folder as "ann") + 1}:9/${folder}` } }),
  },
];

interface Asked {
  readonly by: Id;
  readonly folder: string;
  readonly method: "tools/call" | "tools/list" | "no such tool";
  readonly answer: string;
}

describe.each(subjects)("callers of $name on shared connections", ({ name, bin, tool, more, card, call }) => {
  let files: Tree;
  let server: HttpServer;
  beforeEach(async () => {
    files = tree(Object.fromEntries(folders.flatMap((folder) => [[`${folder}/a.txt`, `of ${folder}\n`]])));
    const cards = folders.flatMap((folder) => {
      const who = callers.filter(({ id }) => reach[id].includes(folder)).map(({ id }) => id);
      return who.length === 0 ? [] : [card(folder, folder, who, files.root)];
    });
    server = await startHttpServer({ bin, policy: writePolicy(files.root, callers, cards, "loops: off") });
  });
  afterEach(async () => {
    await server?.close();
    files?.[Symbol.dispose]();
  });

  function request(by: Id, method: Asked["method"], folder: string, id: number, era: "2025" | "2026"): Buffer {
    const asked = call(folder, files.root, `m${id}`);
    const message =
      method === "tools/list"
        ? { method }
        : method === "tools/call"
          ? { method, params: asked }
          : { method: "tools/call", params: { ...asked, name: `${asked.name}_` } };
    const { headers, body } = written(era, message, id);
    const text = JSON.stringify(body);
    const head = [
      "POST /mcp HTTP/1.1",
      `Host: 127.0.0.1:${server.port}`,
      `Authorization: Bearer ${keyOf(by)}`,
      "Content-Type: application/json",
      `Content-Length: ${text.length}`,
    ];
    return Buffer.from(`${[...head, ...headers.map(([key, value]) => `${key}: ${value}`)].join("\r\n")}\r\n\r\n${text}`);
  }

  test("no answer, list, error or record ever mixes two of them, in whatever order they come (P1, P2, P3, E1)", async () => {
    const seed = randomInt(2 ** 31);
    const asked = new Map<number, Asked>();
    let next = 0;
    await Promise.all(
      Array.from({ length: connections }, async (_, connection) => {
        const random = seeded(seed + connection);
        const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] ?? expect.unreachable("an empty list");
        const socket = await open(server.port);
        while (next < calls / subjects.length) {
          const id = (next += 1);
          const { id: by } = pick(callers);
          const folder = pick(folders);
          const method = pick(["tools/call", "tools/call", "tools/call", "tools/list", "no such tool"] as const);
          const era = pick(["2025", "2026"] as const);
          asked.set(id, { by, folder, method, answer: await ask(socket, request(by, method, folder, id, era)) });
        }
        socket.destroy();
      }),
    );

    const records = new Map(server.calls({ limit: calls * 2 }).map((record) => [record.call, record]));
    const seen = new Set<string>();
    for (const [id, { by, folder, method, answer }] of asked) {
      const about = `seed ${seed}, ${name}, ${method} of ${folder} by ${by}: ${answer}`;
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as {
        readonly id: unknown;
        readonly result?: { readonly tools?: { readonly name: string }[] };
      };
      expect(body.id, about).toBe(id);
      if (method === "tools/list") {
        const extra = more?.[by];
        const names = body.result?.tools?.map((each) => each.name) ?? [];
        expect(new Set(names), about).toEqual(new Set([tool, ...(extra === undefined ? [] : [extra])]));
        continue;
      }
      const receipt = /"call":"([^"]+)"/.exec(answer)?.[1] ?? "";
      const record = records.get(receipt) ?? expect.unreachable(`no record: ${about}`);
      expect(seen.has(receipt), about).toBe(false);
      seen.add(receipt);
      const { tenant } = callers.find((caller) => caller.id === by) ?? { tenant: "" };
      const may = method === "tools/call" && reach[by].includes(folder);
      expect({ principal: record.principal, tenant: record.tenant, decision: record.decision, route: may ? record.route : null }, about).toEqual({
        principal: by,
        tenant,
        decision: may ? "allow" : "deny",
        route: may ? folder : null,
      });
      if (method === "tools/call") expect(record.targets[0]?.raw, about).toContain(folder);
      // what others may reach stands in no answer, not even as a name.
      const shown = answer.replaceAll(call(folder, files.root, `m${id}`).arguments[name === "fetch-read" ? "url" : "path"] as string, "");
      for (const other of folders.filter((each) => each !== folder && !reach[by].includes(each))) expect(shown, about).not.toContain(`/${other}`);
      if (!may) expect(answer, about).not.toContain(`of ${folder}\\n`);
    }
    expect(records.size, "a record that nobody asked for").toBe(seen.size);
  }, 600_000);
});
