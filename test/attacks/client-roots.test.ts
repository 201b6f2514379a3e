import { tree, witness, withoutGuard, type RunningServer, type Tree } from "@postern/testing";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";

let files: Tree;
beforeEach(() => {
  files = tree({ "root/a/in.txt": "a", "root/b/in.txt": "b", "outside/secret.txt": "OUTSIDE" });
});
afterEach(() => files.remove());

// Official servers let the client's roots replace the operator's: a client that announces file:/// gets the whole disk.
describe("roots that the client announces narrow what the card gives and never widen it (S1, P3)", () => {
  test.each([
    ["the whole disk", "/", true],
    ["the folder above", "..", true],
    ["a folder beside", "outside", false],
    ["a folder that does not exist", "gone", false],
  ])("%s", async (_name, root, stillReads) => {
    const announced = root === "/" ? "/" : files.at(root === ".." ? "" : root);
    await using server = await startReader([files.at("root")], { clientRoots: [announced] });
    expect(withoutGuard.read(files.at("outside/secret.txt")).toString()).toBe("OUTSIDE");
    const watch = witness(files.at("outside"));
    expect((await server.call("read_text_file", { path: files.at("outside/secret.txt") })).denial?.code).toBe("path.outside_root");
    expect((await server.call("read_text_file", { path: "/etc/hostname" })).denial?.code).toBe("path.outside_root");
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    const inside = await server.call("read_text_file", { path: files.at("root/a/in.txt") });
    if (stillReads) expect(inside).toAllow();
    else expect(inside).toDenyWith("path.outside_root");
  });

  test("a folder inside leaves that folder and nothing else", async () => {
    await using server = await startReader([files.at("root")], { clientRoots: [files.at("root/a")] });
    expect(await server.call("read_text_file", { path: files.at("root/a/in.txt") })).toAllow();
    expect(await server.call("read_text_file", { path: files.at("root/b/in.txt") })).toDenyWith("path.outside_root");
    expect(await server.call("list_directory", { path: files.at("root") })).toDenyWith("path.outside_root");
  });

  test("none announced where some were promised leaves nothing, and the denial says so (S1, S4)", async () => {
    await using server = await startReader([files.at("root")], { clientRoots: [] });
    const watch = witness(files.at("root"));
    const denied = await server.call("read_text_file", { path: files.at("root/a/in.txt") });
    expect(denied).toDenyWith("path.outside_root");
    expect(denied.text).toContain("the client announced roots but did not name them");
    expect(server.calls().at(-1)?.rule).toBe("client-roots");
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    await using plain = await startReader([files.at("root")]);
    expect(await plain.call("read_text_file", { path: files.at("root/a/in.txt") })).toAllow();
  });

  test("a call right behind the handshake waits for a slow client's roots (S1, S4)", async () => {
    await using server = await startReader([files.at("root")], { era: "raw" });
    const { promise, resolve } = Promise.withResolvers<number>();
    server.raw.onMessage(({ method, id }) => {
      if (method !== "roots/list") return;
      setTimeout(() => {
        resolve(performance.now());
        server.raw.send({ jsonrpc: "2.0", id, result: { roots: [{ uri: pathToFileURL(files.at("root/b")).href }] } });
      }, 300);
    });
    await server.raw.initialize({ roots: {} });
    const answer = server.raw.request("tools/call", { name: "read_text_file", arguments: { path: files.at("root/a/in.txt") } });
    const answered = answer.then(() => performance.now());
    expect(JSON.stringify(await answer)).toContain('"code":"path.outside_root"');
    expect(await answered).toBeGreaterThanOrEqual(await promise);
  });

  test("list_allowed_directories keeps the card's lines and says that the client's roots narrow them (S4)", async () => {
    const listed = async (server: RunningServer): Promise<string | undefined> => (await server.call("list_allowed_directories")).text;
    await using narrowed = await startReader([files.at("root")], { clientRoots: [files.at("root/a")] });
    await using plain = await startReader([files.at("root")]);
    const lines = await listed(plain);
    expect(lines).toContain(files.at("root"));
    expect(await listed(narrowed)).toBe(`${lines}\n[The client's roots narrow this further.]`);
  });
});
