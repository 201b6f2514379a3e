import { parsePolicy, type Principal } from "@postern/policy";
import { loadGuard, serverShape } from "@postern/runtime";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { server } from "../src/server.ts";

/** A folder of its own stands for a user's. Nothing is changed here: the guard is asked and never called. */
const folder = mkdtempSync(join(tmpdir(), "postern-neighbors-"));
const root = mkdtempSync(join(folder, "root-"));
writeFileSync(join(root, "notes.md"), "one\n");
const policy = join(folder, "postern.yaml");
writeFileSync(
  policy,
  `version: 1
principals: [{ id: me, stdio: true }]
routes:
  - { id: notes, server: filesystem-write, principals: [me], tools: "*", targets: { roots: [{ path: ${JSON.stringify(root)}, deny: ["generated/**"] }], delete: allow } }
`,
  { mode: 0o600 },
);
const { guard, caller } = loadGuard({ definition: server, policy: { file: policy } });
const principal: Principal = { id: "me", tenant: "default", proof: "stdio" };
afterAll(async () => {
  await guard.close();
  rmSync(folder, { recursive: true, force: true });
});

const explain = (tool: string, input: Readonly<Record<string, unknown>>) => guard.explain({ principal, tool, arguments: input });

/** For each tool a call that is allowed, and what it would do; its neighbors are those that the card itself derives. */
const allowed: Readonly<Record<string, { readonly input: Readonly<Record<string, unknown>>; readonly would?: string; readonly fails?: string }>> = {
  write_file: { input: { path: "new.md", content: "x" }, would: "make a file of 1 byte" },
  edit_file: {
    input: { path: "notes.md", edits: [{ oldText: "one", newText: "two" }] },
    would: "make 1 edit in the file's 4 bytes; whether they match is told by dryRun",
  },
  append_file: { input: { path: "notes.md", content: "two\n" }, would: "add 4 bytes to the file's 4 bytes" },
  create_directory: { input: { path: "a/b" }, would: "make 2 directories: a/b" },
  move_file: { input: { source: "notes.md", destination: "moved.md" }, would: "move the file" },
  copy_file: { input: { source: "notes.md", destination: "notes.md" }, would: "fail: the destination exists", fails: "fs.exists" },
  delete_file: { input: { path: "notes.md" }, would: "remove the file and its 4 bytes for good" },
  list_allowed_directories: { input: {} },
};

it("starts for whoever started the process, with every tool", () => {
  expect(caller.principal).toEqual(principal);
  expect(guard.toolsFor(principal).map(({ name }) => name)).toEqual(Object.keys(allowed));
});

it("has no delete_file unless the card says so (P3, S4)", async () => {
  const { guard: plain } = loadGuard({ definition: server, policy: { targets: { roots: [{ path: root }] } } });
  const local: Principal = { id: "local", tenant: "default", proof: "stdio" };
  expect(plain.toolsFor(local).map(({ name }) => name)).not.toContain("delete_file");
  expect(await plain.explain({ principal: local, tool: "delete_file", arguments: { path: "notes.md" } })).toMatchObject({
    decision: "deny",
    code: "tool.unknown",
  });
  await plain.close();
});

describe("the allowed call of each tool, and what it would do (N1)", () => {
  it.each(Object.entries(allowed))("%s %j", async (tool, { input, would, fails }) => {
    expect(await explain(tool, input)).toMatchObject({ decision: "allow", ...(would !== undefined && { would }), ...(fails !== undefined && { fails }) });
    expect(readFileSync(join(root, "notes.md"), "utf8")).toBe("one\n");
  });
});

describe("the neighbors that the card derives (N1, N3)", () => {
  const neighbors = guard.neighbors();

  it("exist for every argument of every tool that reaches a target", () => {
    const reaching = server.tools.flatMap((tool) =>
      Object.values(tool.targets as Record<string, { argument: string }>).map(({ argument }) => `${tool.name} ${argument}`),
    );
    expect(new Set(neighbors.map(({ tool, argument }) => `${tool} ${argument}`))).toEqual(new Set(reaching));
  });

  it.each(neighbors.map((each) => [each.tool, each.argument, each.neighbor.name, each] as const))(
    "are denied to %s as %s: %s",
    async (tool, _argument, _name, { neighbor, argument = "" }) => {
      const explained = await explain(tool, { ...allowed[tool]?.input, [argument]: neighbor.raw });
      expect(explained.decision).toBe("deny");
      expect(neighbor.codes).toContain(explained.code);
    },
  );
});

describe("tools (N4)", () => {
  it.each(server.tools.map((tool) => [tool.name, tool] as const))("%s has a closed schema whose every parameter is described and bounded", (name, tool) => {
    expect(tool.description.length).toBeGreaterThanOrEqual(20);
    expect(tool.description.length).toBeLessThanOrEqual(600);
    expect(tool.input.safeParse({ ...allowed[name]?.input, unknown: 1 }).success).toBe(false);
    expect(tool.effect === "read").toBe(name === "list_allowed_directories");
    for (const [parameter, schema] of Object.entries(
      tool.input.shape as Record<string, { description?: string; safeParse(value: unknown): { success: boolean } }>,
    )) {
      expect(schema.description?.length ?? 0, parameter).toBeGreaterThan(10);
      for (const endless of ["x".repeat(8 * 1024 * 1024 + 1), Array.from({ length: 1_000 }, () => "x"), 1e300, -1e300, Number.NaN]) {
        expect(schema.safeParse(endless).success, parameter).toBe(false);
      }
    }
  });

  it("no text with a lone surrogate is taken, which would be written as another text", () => {
    const [write] = server.tools;
    expect(write?.input.safeParse({ path: "a", content: "\ud800" }).success).toBe(false);
  });
});

it("ships an example policy that parses", () => {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "policy.example.yaml");
  const example = parsePolicy(readFileSync(file, "utf8"), file, [serverShape(server)]);
  expect(example.routes.map(({ id }) => id)).toEqual(["drafts", "projects", "scratch"]);
});
