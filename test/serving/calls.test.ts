import { startHttpServer, tree, type HttpServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readerBin } from "../subjects.ts";
import { keyOf, writePolicy } from "./callers.ts";

let files: Tree;
let server: HttpServer;

beforeAll(async () => {
  files = tree({ "one/a.txt": "for ada\n", "two/b.txt": "for bob\n" });
  const card = (id: string, folder: string): string =>
    `{ id: ${id}, server: filesystem-read, principals: [${id}], tools: [read_text_file, list_directory], targets: { roots: [ { path: ${files.at(folder)} } ] } }`;
  const policy = writePolicy(files.root, [{ id: "ada" }, { id: "bob", tenant: "other" }, { id: "eve" }], [card("ada", "one"), card("bob", "two")]);
  server = await startHttpServer({ bin: readerBin, policy });
});

afterAll(async () => {
  await server?.close();
  files?.[Symbol.dispose]();
});

describe.each(["2025", "2026"] as const)("callers of the era %s", (era) => {
  test("each one reads what its card gives, and nothing else (P1, P2)", async () => {
    for (const [id, own, others, text] of [
      ["ada", "one/a.txt", "two/b.txt", "for ada\n"],
      ["bob", "two/b.txt", "one/a.txt", "for bob\n"],
    ] as const) {
      const caller = await server.connect({ token: keyOf(id), era });
      expect((await caller.call("read_text_file", { path: files.at(own) })).text).toBe(text);
      const denied = await caller.call("read_text_file", { path: files.at(others) });
      expect(denied.denial?.code).toBe("path.outside_root");
      expect(JSON.stringify(denied.raw)).not.toContain("for ");
      const record = server.calls().find(({ call }) => call === denied.receipt?.call);
      expect(record).toMatchObject({ principal: id, transport: "http", endpoint: "tools/call", decision: "deny", code: "path.outside_root" });
      await caller.close();
    }
  });

  test("who has no card is shown no tool, and a call of one that others have does not exist (P3, S4)", async () => {
    const eve = await server.connect({ token: keyOf("eve"), era });
    expect(await eve.list()).toEqual([]);
    const hidden = await eve.call("read_text_file", { path: files.at("one/a.txt") });
    const none = await eve.call("no_such_tool", { path: files.at("one/a.txt") });
    expect(hidden.error).toMatchObject({ code: -32602, data: { code: "tool.unknown" } });
    expect(hidden.error?.message.replace("read_text_file", "x")).toBe(none.error?.message.replace("no_such_tool", "x"));
    await eve.close();
  });
});
