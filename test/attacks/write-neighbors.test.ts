import { tree, witness, withoutGuard, type RunningServer, type Tree } from "@postern/testing";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startWriterBy } from "../subjects.ts";
import { canary, neighborCases, neighborhood } from "./neighbor-cases.ts";

/** Every tool that writes, with its arguments around one path, and what that path is to it. */
const writers: readonly {
  readonly tool: string;
  readonly takes: "file" | "directory" | "new";
  readonly input: (path: string) => Readonly<Record<string, unknown>>;
}[] = [
  { tool: "write_file", takes: "file", input: (path) => ({ path, content: "written" }) },
  { tool: "append_file", takes: "file", input: (path) => ({ path, content: "written" }) },
  { tool: "edit_file", takes: "file", input: (path) => ({ path, edits: [{ oldText: canary, newText: "written" }] }) },
  { tool: "edit_file", takes: "file", input: (path) => ({ path, edits: [{ oldText: canary, newText: "written" }], dryRun: true }) },
  { tool: "create_directory", takes: "directory", input: (path) => ({ path: `${path}/made` }) },
  { tool: "move_file", takes: "file", input: (path) => ({ source: path, destination: "stolen.txt" }) },
  { tool: "move_file", takes: "new", input: (path) => ({ source: "inside.txt", destination: path }) },
  { tool: "copy_file", takes: "file", input: (path) => ({ source: path, destination: "stolen.txt" }) },
  { tool: "copy_file", takes: "new", input: (path) => ({ source: "inside.txt", destination: path }) },
  { tool: "delete_file", takes: "file", input: (path) => ({ path }) },
];

let files: Tree;
let server: RunningServer;
beforeAll(async () => {
  files = tree({ ...neighborhood, "policy/": true });
  server = await startWriterBy(files.at("policy"), `{ roots: [{ path: ${JSON.stringify(files.at("root"))} }], delete: allow }`);
});
afterAll(async () => {
  await server.close();
  files.remove();
});

describe("every tool can change what lies inside, so a refusal below means the guard (N1, S3)", () => {
  test.each([
    ["write_file", { path: "a/new.txt", content: "x" }],
    ["append_file", { path: "a/new.txt", content: "y" }],
    ["edit_file", { path: "a/new.txt", edits: [{ oldText: "xy", newText: "z" }] }],
    ["create_directory", { path: "a/made/deep" }],
    ["copy_file", { source: "a/new.txt", destination: "a/copy.txt" }],
    ["move_file", { source: "a/copy.txt", destination: "a/made/moved.txt" }],
    ["delete_file", { path: "a/made/moved.txt" }],
  ])("%s %j", async (tool, input) => {
    const answer = await server.call(tool, input);
    expect(answer).toAllow();
    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record).toMatchObject({ principal: "me", tool, decision: "allow", outcome: "ok", changes: [{ durable: true }] });
    expect(record?.targets.at(-1)).toMatchObject({ root: files.at("root"), guarantee: "race-free" });
  });
});

describe.each(neighborCases.filter(({ codes }) => codes.length > 0))("denies every writing tool $name (F1, F3, S1, S3)", ({ path: written, is, codes }) => {
  const fitting = writers.filter(({ takes }) => is === "nothing" || takes === "new" || takes === is);

  test.each(fitting)("$tool $takes", async ({ tool, input }) => {
    const path = written.replaceAll("{T}", files.root);
    if (is !== "nothing") expect(withoutGuard.exists(path, files.at("root"))).toMatch(/file|directory|link/);
    const watch = witness(files.root);
    const answer = await server.call(tool, input(path));
    expect(codes).toContain(answer.denial?.code);
    expect(watch.seen()).toEqual({ reads: [], changes: [] });
    expect(JSON.stringify(answer.raw)).not.toContain(canary);
    const [record] = server.calls({ call: answer.receipt?.call ?? "none" });
    expect(record).toMatchObject({ tool, decision: "deny", code: answer.denial?.code, outcome: "denied", changes: [] });
  });
});

describe("what only writing could break (F3)", () => {
  const write = (path: string) => server.call("write_file", { path, content: "written" });

  test("a dangling link is never created through, wherever it points", async () => {
    using own = tree({
      "root/in => nowhere": true,
      "root/out => ../outside/new": true,
      "root/deep => sub/nowhere": true,
      "root/sub/": true,
      "outside/": true,
      "policy/": true,
    });
    await using dangling = await startWriterBy(own.at("policy"), `{ roots: [{ path: ${JSON.stringify(own.at("root"))} }] }`);
    for (const [tool, input] of [
      ["write_file", { content: "x" }],
      ["append_file", { content: "x" }],
      ["create_directory", {}],
    ] as const) {
      for (const path of ["in", "out", "deep", "in/below"]) {
        const watch = witness(own.root);
        expect(await dangling.call(tool, { path, ...input }), `${tool} ${path}`).toDenyWith("path.symlink_escape");
        expect(watch.seen().changes).toEqual([]);
      }
    }
    for (const tool of ["move_file", "copy_file"]) {
      expect((await dangling.call("write_file", { path: "file.txt", content: "x" })).isError).toBe(false);
      expect(await dangling.call(tool, { source: "file.txt", destination: "in" })).toFailWith("fs.exists");
      expect(existsSync(own.at("root/nowhere"))).toBe(false);
    }
  });

  test("a link that stays inside is written through to its target, and stays a link", async () => {
    using own = tree({ "root/real.txt": "old", "root/link => real.txt": true, "policy/": true });
    await using linked = await startWriterBy(own.at("policy"), `{ roots: [{ path: ${JSON.stringify(own.at("root"))} }], delete: allow }`);
    expect(await linked.call("write_file", { path: "link", content: "new" })).toAllow();
    expect(lstatSync(own.at("root/link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(own.at("root/real.txt"), "utf8")).toBe("new");
    expect(await linked.call("move_file", { source: "link", destination: "moved" })).toAllow();
    expect(lstatSync(own.at("root/moved")).isSymbolicLink()).toBe(true);
    expect(await linked.call("create_directory", { path: "sub" })).toAllow();
    expect(await linked.call("move_file", { source: "moved", destination: "sub/moved" })).toAllow();
    expect(await linked.call("delete_file", { path: "sub/moved" })).toAllow();
    expect(readFileSync(own.at("root/real.txt"), "utf8")).toBe("new");
  });

  test("a link is not moved to where it would lead out", async () => {
    using own = tree({ "outside.txt": canary, "root/outside.txt": "inside", "root/sub/link => ../outside.txt": true, "policy/": true });
    await using mover = await startWriterBy(own.at("policy"), `{ roots: [{ path: ${JSON.stringify(own.at("root"))} }] }`);
    const watch = witness(own.root);
    expect(await mover.call("move_file", { source: "sub/link", destination: "link" })).toDenyWith("path.symlink_escape", "symlink-moved");
    expect(watch.seen().changes).toEqual([]);
  });

  test.each(["", ".", "a/..", "a/b/../..", "./"])("the root itself is nothing that could be replaced, moved or deleted, spelled %j", async (path) => {
    const watch = witness(files.root);
    expect(await write(path)).toDenyWith("path.outside_root", "root-itself");
    expect(await server.call("delete_file", { path })).toDenyWith("path.outside_root", "root-itself");
    expect(await server.call("move_file", { source: path, destination: "a/root" })).toDenyWith("path.outside_root", "root-itself");
    expect(await server.call("move_file", { source: "a", destination: path })).toDenyWith("path.outside_root", "root-itself");
    expect(watch.seen().changes).toEqual([]);
  });

  test("a hard link to a file outside is neither written, moved, deleted nor, by default, touched", async () => {
    using own = tree({ "outside/file.txt": "outside", "root/twin.txt == outside/file.txt": true, "policy/": true });
    await using linked = await startWriterBy(own.at("policy"), `{ roots: [{ path: ${JSON.stringify(own.at("root"))} }], delete: allow }`);
    const watch = witness(own.root);
    for (const [tool, input] of [
      ["write_file", { path: "twin.txt", content: "x" }],
      ["append_file", { path: "twin.txt", content: "x" }],
      ["edit_file", { path: "twin.txt", edits: [{ oldText: "outside", newText: "x" }] }],
      ["move_file", { source: "twin.txt", destination: "other.txt" }],
      ["delete_file", { path: "twin.txt" }],
    ] as const) {
      expect(await linked.call(tool, input), tool).toDenyWith("path.hardlink");
    }
    expect(watch.seen().changes).toEqual([]);
  });

  test("FIFOs, sockets and devices stay what they are, and nothing hangs on them (N5)", async () => {
    using own = tree({ "root/pipe |": true, "policy/": true });
    await using server_ = await startWriterBy(own.at("policy"), `{ roots: [{ path: ${JSON.stringify(own.at("root"))} }], delete: allow }`);
    const watch = witness(own.at("root"));
    for (const [tool, input] of [
      ["write_file", { path: "pipe", content: "x" }],
      ["append_file", { path: "pipe", content: "x" }],
      ["edit_file", { path: "pipe", edits: [{ oldText: "a", newText: "x" }] }],
      ["move_file", { source: "pipe", destination: "other" }],
      ["delete_file", { path: "pipe" }],
    ] as const) {
      expect(await server_.call(tool, input), tool).toDenyWith("path.special_file");
    }
    expect(watch.seen().changes).toEqual([]);
  });

  test.each([
    ".git/hooks/post-checkout",
    ".git/HEAD",
    ".hg/hgrc",
    ".svn/entries",
    ".gitmodules",
    ".github/workflows/ci.yml",
    ".github/actions/a/action.yml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "Jenkinsfile",
    ".vscode/tasks.json",
    ".idea/workspace.xml",
    ".vimrc",
    ".devcontainer/devcontainer.json",
    ".mcp.json",
    ".claude/settings.json",
    ".cursor/mcp.json",
    ".cursorrules",
    ".bashrc",
    ".zshenv",
    ".profile",
    ".envrc",
    ".config/fish/config.fish",
    ".config/autostart/x.desktop",
    ".config/systemd/user/x.service",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".config/pip/pip.conf",
    ".cargo/config.toml",
    ".husky/pre-commit",
    ".ssh/authorized_keys",
    ".BASHRC",
    ".Git/config",
    "sub/.github/workflows/x.yml",
    ".postern.x.tmp",
    ".postern.x.lock",
  ])("a protected name cannot be made, at any depth and in any case: %s", async (path) => {
    const watch = witness(files.root);
    expect(await write(path)).toDenyWith("path.protected");
    expect(await server.call("create_directory", { path: `${path}/x` })).toDenyWith("path.protected");
    expect(await server.call("copy_file", { source: "inside.txt", destination: path })).toDenyWith("path.protected");
    expect(await server.call("move_file", { source: "inside.txt", destination: path })).toDenyWith("path.protected");
    expect(watch.seen().changes).toEqual([]);
  });
});

describe("a directory is moved only where both ends keep nothing back in it (F3, S3)", () => {
  const started = async (spec: Parameters<typeof tree>[0], roots: (at: Tree["at"]) => string) => {
    const own = tree({ ...spec, "policy/": true });
    return { own, mover: await startWriterBy(own.at("policy"), `{ roots: ${roots(own.at)} }`) };
  };
  const plain = (at: Tree["at"]): string => `[{ path: ${JSON.stringify(at("root"))} }]`;

  test("a harmless folder does not become a folder of workflows by its new name", async () => {
    const { own, mover } = await started({ "root/x/workflows/evil.yml": "on: push" }, plain);
    const watch = witness(own.root);
    expect(await mover.call("move_file", { source: "x", destination: ".github" })).toDenyWith("path.protected");
    expect(watch.seen().changes).toEqual([]);
    await mover.close();
    own.remove();
  });

  test("what the card excludes by its place is not laid open by another one", async () => {
    const { own, mover } = await started(
      { "root/private/secret.txt": canary, "root/box/private/secret.txt": canary },
      (at) => `[{ path: ${JSON.stringify(at("root"))}, deny: ["/box/private"] }]`,
    );
    const watch = witness(own.root);
    expect(await mover.call("move_file", { source: "box", destination: "open" })).toDenyWith("path.excluded");
    expect(watch.seen().changes).toEqual([]);
    expect(await mover.call("move_file", { source: "private", destination: "public" })).toAllow();
    await mover.close();
    own.remove();
  });

  test("a project with its repository goes along, as closed as it was", async () => {
    const { own, mover } = await started({ "root/app/.git/config": "x", "root/app/.env": "SECRET=1", "root/app/src/a.ts": "a" }, plain);
    expect(await mover.call("move_file", { source: "app", destination: "renamed" })).toAllow();
    expect(readFileSync(own.at("root/renamed/.git/config"), "utf8")).toBe("x");
    expect(await mover.call("write_file", { path: "renamed/.git/config", content: "y" })).toDenyWith("path.protected");
    await mover.close();
    own.remove();
  });

  test("another root of the card is neither moved nor taken along, nor a directory that another card governs", async () => {
    const { own, mover } = await started(
      { "root/a/inner/x.txt": "x" },
      (at) => `[{ path: ${JSON.stringify(at("root"))} }, { path: ${JSON.stringify(at("root/a/inner"))} }]`,
    );
    const watch = witness(own.root);
    for (const source of ["a/inner", own.at("root/a/inner")]) {
      expect(await mover.call("move_file", { source, destination: own.at("root/moved") })).toDenyWith("path.outside_root", "root-itself");
      expect(await mover.call("delete_file", { path: source })).toBeUnknownTool();
    }
    expect(await mover.call("move_file", { source: own.at("root/a"), destination: own.at("root/moved") })).toDenyWith("path.outside_root", "tree:root");
    expect(watch.seen().changes).toEqual([]);
    await mover.close();
    own.remove();
  });

  test("never into itself, and never over anything", async () => {
    const { own, mover } = await started({ "root/a/b/": true, "root/empty/": true, "root/file": "f" }, plain);
    const watch = witness(own.root);
    expect(await mover.call("move_file", { source: "a", destination: "a/b/c" })).toFailWith("fs.conflict");
    expect(await mover.call("move_file", { source: "a", destination: "empty" })).toFailWith("fs.exists");
    expect(await mover.call("move_file", { source: "a", destination: "file" })).toFailWith("fs.exists");
    expect(await mover.call("move_file", { source: "a", destination: "a" })).toFailWith("fs.exists");
    expect(await mover.call("move_file", { source: "file", destination: "file/x" })).toFailWith("fs.not_directory");
    expect(watch.seen().changes).toEqual([]);
    await mover.close();
    own.remove();
  });
});
