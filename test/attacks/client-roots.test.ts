import { tree, witness, withoutGuard, type Tree } from "@postern/testing";
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
});
