import { tree, witness, withoutGuard, type RunningServer, type Tree } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startReader } from "../subjects.ts";
import { canary, neighborCases, neighborhood, pathTools } from "./neighbor-cases.ts";

let files: Tree;
let server: RunningServer;
beforeAll(async () => {
  files = tree(neighborhood);
  server = await startReader([files.at("root")]);
});
afterAll(async () => {
  await server.close();
  files.remove();
});

describe("every tool can reach what lies inside, so a refusal below means the guard (N1)", () => {
  test.each(pathTools)("$tool", async ({ tool, on, input }) => {
    const path = files.at("root/a/b", on === "directory" ? "" : tool === "read_media_file" ? "dot.png" : "inside.txt").replace(/\/$/, "");
    const answer = await server.call(tool, input(path));
    expect(answer).toAllow();
    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record).toMatchObject({
      principal: "local",
      tool,
      endpoint: "tools/call",
      decision: "allow",
      outcome: "ok",
      targets: [{ raw: path, canonical: path, root: files.at("root") }],
    });
  });
});

describe.each(neighborCases)("denies every tool $name (F1, F3, S1)", ({ path: written, is, codes }) => {
  const tools = pathTools.filter(({ on }) => is === "nothing" || on === "any" || on === is);

  test.each(tools)("$tool", async ({ tool, input }) => {
    const path = written.replaceAll("{T}", files.root);
    if (is !== "nothing") expect(withoutGuard.exists(path, files.at("root"))).toMatch(/file|directory|link/);
    const watch = witness(files.root);
    const answer = await server.call(tool, input(path));

    // Names that only look like an attack are what they are: names below the root, which do not exist.
    if (codes.length === 0 && tool === "read_multiple_files") expect(answer.text).toContain("[fs.not_found]");
    else if (codes.length === 0) expect(answer).toFailWith("fs.not_found");
    else expect(codes).toContain(answer.denial?.code);
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    expect(JSON.stringify(answer.raw)).not.toContain(canary);
    expect(JSON.stringify(answer.raw)).not.toContain("root:x:0");

    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record).toMatchObject({ tool, principal: "local", endpoint: "tools/call", decision: codes.length === 0 ? "allow" : "deny" });
    if (codes.length > 0) expect(record).toMatchObject({ code: answer.denial?.code, rule: answer.denial?.rule, outcome: "denied" });
  });
});

describe("a denial says what was asked and keeps what lies outside to itself (F2, F4, N2)", () => {
  test("the answer to a link that leads out hides its target; the record holds it", async () => {
    const path = files.at("root/link.txt");
    const answer = await server.call("read_text_file", { path });
    expect(answer).toDenyWith("path.symlink_escape");
    expect(JSON.stringify(answer.raw)).not.toContain("outside/secret");
    const [target] = answer.denial?.targets ?? [];
    expect(target).toMatchObject({ raw: path, decision: "deny", operation: "file" });
    const [record] = server.calls({ call: answer.denial?.receipt.call ?? "none" });
    expect(record?.redact).toBe("secrets");
    const [kept] = record?.targets ?? [];
    expect(kept?.symlinks).toMatchObject([{ at: path, target: "../outside/secret.txt", decision: "denied" }]);
    expect(kept?.withheld).toContain("symlinks");
  });

  test("the record of a relative path holds the folder that it was read against, its canonical form and the guarantee", async () => {
    const answer = await server.call("read_text_file", { path: "a/../inside.txt" });
    expect(answer).toAllow();
    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record?.targets).toMatchObject([
      {
        raw: "a/../inside.txt",
        canonical: files.at("root/inside.txt"),
        cwd: files.at("root"),
        root: files.at("root"),
        guarantee: expect.any(String) as string,
      },
    ]);
  });

  test("a list of files refuses its forbidden members one by one and reads the others", async () => {
    const watch = witness(files.at("outside"));
    const answer = await server.call("read_multiple_files", {
      paths: [files.at("root/inside.txt"), files.at("root/link.txt"), files.at("outside/secret.txt")],
    });
    expect(answer).toAllow();
    expect(answer.text).toContain("inside\n");
    expect(answer.text).not.toContain(canary);
    expect(watch.seen().reads).toEqual([]);
    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record?.targets.map((target) => [target.argument, target.decision, target.code])).toEqual([
      ["paths[0]", "allow", undefined],
      ["paths[1]", "deny", "path.symlink_escape"],
      ["paths[2]", "deny", "path.outside_root"],
    ]);
  });

  test.each([
    ["list_directory", { path: "." }],
    ["list_directory_with_sizes", { path: "." }],
    ["directory_tree", { path: "." }],
    ["search_files", { path: ".", pattern: "**/*secret*" }],
    ["search_file_contents", { path: ".", pattern: "CANARY" }],
  ])("%s of the root shows nothing that lies outside, behind its links or protected", async (tool, input) => {
    const watch = witness(files.at("outside"));
    const answer = await server.call(tool, input);
    expect(answer).toAllow();
    expect(answer.text).not.toMatch(/CANARY-5e1f|id_ed25519|secret\.txt/);
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
  });
});

describe("arguments outside the closed schema are refused by name and reach no file (S3)", () => {
  test.each([
    ["an unknown argument", "read_text_file", { follow: true }],
    ["a head of -1", "read_text_file", { head: -1 }],
    ["a head of 1.5", "read_text_file", { head: 1.5 }],
    ["a head as text", "read_text_file", { head: "1" }],
    ["a path that is a number", "read_text_file", { path: 7 }],
    ["a list as path", "read_text_file", { path: ["inside.txt"] }],
    ["an unknown sort", "list_directory_with_sizes", { sortBy: "time" }],
    ["no files at all", "read_multiple_files", { paths: [] }],
  ])("%s", async (_name, tool, wrong) => {
    const watch = witness(files.at("root"));
    const answer = await server.call(tool, tool === "read_multiple_files" ? wrong : { path: files.at("root/inside.txt"), ...wrong });
    expect(answer).toDenyWith("input.invalid");
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    expect(server.calls({ call: answer.denial?.receipt.call ?? "none" })).toMatchObject([{ decision: "deny", code: "input.invalid" }]);
  });
});
