import { parsePolicy, type Principal } from "@postern/policy";
import { loadGuard, serverShape } from "@postern/runtime";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { server } from "../src/server.ts";

/** This folder stands for a user's: a guard over it gives what lies in it, and nothing beside it. */
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const { guard, caller } = loadGuard({ definition: server, policy: { targets: { roots: [{ path: folder, deny: ["bin/**"] }] } } });
const principal: Principal = { id: "local", tenant: "default", proof: "stdio" };
afterAll(() => guard.close());

const explain = (tool: string, input: Readonly<Record<string, unknown>>) => guard.explain({ principal, tool, arguments: input });

/** For each tool a call that is allowed; its neighbors are those that the card itself derives. */
const allowed: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  read_file: { path: join(folder, "README.md") },
  read_text_file: { path: "README.md", head: 3 },
  read_media_file: { path: "README.md" },
  read_multiple_files: { paths: ["README.md", "package.json"] },
  list_directory: { path: folder },
  list_directory_with_sizes: { path: "src" },
  directory_tree: { path: "src", maxDepth: 1 },
  search_files: { path: "", pattern: "**/*.ts" },
  search_file_contents: { path: "src", pattern: "tool(" },
  get_file_info: { path: "package.json" },
  list_allowed_directories: {},
};

it("starts for whoever started the process, with every tool", () => {
  expect(caller.principal).toEqual(principal);
  expect(guard.toolsFor(principal).map(({ name }) => name)).toEqual(Object.keys(allowed));
});

describe("the allowed call of each tool (N1)", () => {
  it.each(Object.entries(allowed))("%s %j", async (tool, input) => {
    expect(await explain(tool, input)).toMatchObject({ decision: "allow" });
  });
});

describe("the neighbors that the card derives (N1, N3)", () => {
  const neighbors = guard.neighbors();

  it("exist for every tool that reaches a target", () => {
    const reaching = server.tools.filter((tool) => Object.keys(tool.targets as object).length > 0).map(({ name }) => name);
    expect(new Set(neighbors.map(({ tool }) => tool))).toEqual(new Set(reaching));
  });

  it.each(neighbors.map((each) => [each.tool, each.neighbor.name, each] as const))("are denied to %s: %s", async (tool, _name, { neighbor, argument = "" }) => {
    const input = { ...allowed[tool], [argument]: argument === "paths" ? [neighbor.raw] : neighbor.raw };
    const explained = await explain(tool, input);
    expect(explained.decision).toBe("deny");
    expect(neighbor.codes).toContain(explained.code);
  });

  it("hold also for what the card takes out of itself", async () => {
    expect(await explain("list_directory", { path: "bin" })).toMatchObject({ decision: "deny", code: "path.excluded" });
    expect(await explain("read_text_file", { path: "bin/postern-filesystem-read.js" })).toMatchObject({ decision: "deny", code: "path.excluded" });
  });
});

describe("tools (N4)", () => {
  it.each(server.tools.map((tool) => [tool.name, tool] as const))("%s has a closed schema whose every parameter is described and bounded", (name, tool) => {
    const [shape] = serverShape({ ...server, tools: [tool] }).tools;
    expect(shape).toBe(name);
    expect(tool.effect).toBe("read");
    expect(tool.description.length).toBeGreaterThanOrEqual(20);
    expect(tool.description.length).toBeLessThanOrEqual(600);
    expect(tool.input.safeParse({ ...allowed[name], unknown: 1 }).success).toBe(false);
    for (const [parameter, schema] of Object.entries(
      tool.input.shape as Record<string, { description?: string; safeParse(value: unknown): { success: boolean } }>,
    )) {
      expect(schema.description?.length ?? 0, parameter).toBeGreaterThan(10);
      for (const endless of ["x".repeat(100_000), Array.from({ length: 100_000 }, () => "x"), 1e300, -1e300, Number.NaN]) {
        expect(schema.safeParse(endless).success, parameter).toBe(false);
      }
    }
  });
});

it("ships an example policy that parses", () => {
  const file = join(folder, "policy.example.yaml");
  const policy = parsePolicy(readFileSync(file, "utf8"), file, [serverShape(server)]);
  expect(policy.routes.map(({ id }) => id)).toEqual(["notes", "projects"]);
});
