import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";
import { written } from "./parity-table.ts";

let files: Tree;
let server: HttpServer;
const token = keyOf("ada");
beforeAll(async () => {
  files = tree({ "notes/a.txt": "text of a\n" });
  const card = `{ id: notes, server: filesystem-read, principals: [ada], tools: "*", targets: { roots: [ { path: ${files.at("notes")} } ] } }`;
  server = await startHttpServer({ bin: readerBin, policy: writePolicy(files.root, [{ id: "ada" }], [card]) });
});
afterAll(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

type Changed = (body: { params: Record<string, unknown> & { _meta: Record<string, unknown> } }, headers: Map<string, string>) => void;

/** A call of the 2026 era, with something about it changed. */
async function modern(params: Readonly<Record<string, unknown>>, change: Changed = () => undefined) {
  const { headers, body } = written("2026", { method: "tools/call", params }, 1);
  const changed = structuredClone(body) as unknown as Parameters<Changed>[0];
  const heads = new Map(headers);
  change(changed, heads);
  const before = server.calls().length;
  const answer = await server.send({ token, body: changed, headers: [...heads] });
  return { ...answer, records: server.calls().slice(before) };
}

/** Without what is each call's own. */
function same(text: string): string {
  return text.replaceAll(/"receipt":\{[^}]*\}|"dev.postern\/receipt":\{[^}]*\}/g, "");
}

describe("a plain call of the 2026 era is answered as the SDK answers it (S5)", () => {
  test.each([
    ["allowed", () => ({ name: "read_text_file", arguments: { path: files.at("notes/a.txt") } })],
    ["denied", () => ({ name: "read_text_file", arguments: { path: "/etc/passwd" } })],
    ["failed", () => ({ name: "read_text_file", arguments: { path: files.at("notes/none.txt") } })],
    ["of a tool that is not there", () => ({ name: "no_such_tool", arguments: {} })],
    ["without arguments", () => ({ name: "list_allowed_directories" })],
    ["with arguments that do not fit", () => ({ name: "read_text_file", arguments: { path: 1 } })],
  ] as const)("%s", async (_name, params) => {
    const plain = await modern(params());
    // a client that says more of itself is no plain one: its call takes the way through the SDK.
    const bySdk = await modern(params(), ({ params: { _meta } }) => {
      _meta["io.modelcontextprotocol/clientInfo"] = { name: "parity", version: "0", title: "Parity" };
    });
    expect([plain.status, same(plain.text)]).toEqual([bySdk.status, same(bySdk.text)]);
    expect(plain.records.map(({ decision, code, protocol, client }) => [decision, code, protocol, client])).toEqual(
      bySdk.records.map(({ decision, code, protocol, client }) => [decision, code, protocol, client]),
    );
  });
});

describe("a call whose head and message say two things is none (S5, E1)", () => {
  test.each<[string, Changed]>([
    ["another method in the header", (_, headers) => headers.set("mcp-method", "tools/list")],
    ["no method in the header", (_, headers) => headers.delete("mcp-method")],
    ["another name in the header", (_, headers) => headers.set("mcp-name", "list_allowed_directories")],
    ["no name in the header", (_, headers) => headers.delete("mcp-name")],
    ["another revision in the header", (_, headers) => headers.set("mcp-protocol-version", "2025-11-25")],
    ["no revision in the header", (_, headers) => headers.delete("mcp-protocol-version")],
    [
      "a revision that nobody has",
      (body, headers) => {
        headers.set("mcp-protocol-version", "2027-01-01");
        body.params._meta["io.modelcontextprotocol/protocolVersion"] = "2027-01-01";
      },
    ],
    [
      "no envelope",
      (body) => {
        body.params._meta = {};
      },
    ],
    [
      "capabilities that are a list",
      (body) => {
        body.params._meta["io.modelcontextprotocol/clientCapabilities"] = [];
      },
    ],
    [
      "no capabilities",
      (body) => {
        delete body.params._meta["io.modelcontextprotocol/clientCapabilities"];
      },
    ],
  ])("%s", async (_name, change) => {
    const { status, records, text } = await modern({ name: "read_text_file", arguments: { path: files.at("notes/a.txt") } }, change);
    expect(text).not.toContain("text of a");
    expect([status >= 400 || text.includes('"error"'), records.map(({ code }) => code)]).toEqual([true, ["input.invalid"]]);
  });
});
