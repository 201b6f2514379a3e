import { parsePolicy, type Principal } from "@postern/policy";
import { loadGuard, serverShape } from "@postern/runtime";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { server } from "../src/server.ts";

/** Nothing is sent here: the guard is asked and never called. The addresses are literal, so no name is looked up either. */
const folder = mkdtempSync(join(tmpdir(), "postern-neighbors-"));
const policy = join(folder, "postern.yaml");
writeFileSync(
  policy,
  `version: 1
principals: [{ id: me, stdio: true }]
routes:
  - id: hub
    server: fetch-write
    principals: [me]
    tools: "*"
    targets:
      internal: { networks: [10.20.0.0/16], ports: [8123] }
      calls:
        name_room: { description: Names a room., method: POST, url: "http://10.20.0.1:8123/{floor}/{room}.json", path: { floor: { type: integer }, room: { type: string } }, body: { type: object, required: [name], properties: { name: { type: string } } } }
        set_light: { description: Sets a light., method: PUT, url: "http://10.20.0.1:8123/lights/{room}", path: { room: { type: string, pattern: "^[a-z]{1,20}$" } }, query: { on: { type: boolean, required: true } } }
        reset: { description: Resets all of it., method: DELETE, url: "http://10.20.0.1:8123/all", idempotency: required }
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
const allowed: Readonly<Record<string, { readonly input: Readonly<Record<string, unknown>>; readonly would: string }>> = {
  name_room: { input: { path: { floor: 1, room: "a b" }, body: { name: "Attic" } }, would: "send one POST request with a body of JSON" },
  set_light: { input: { path: { room: "attic" }, query: { on: true } }, would: "send one PUT request" },
  reset: { input: { idempotency_key: "a" }, would: "send one DELETE request" },
};

it("starts for whoever started the process, with the tools that the card declares", () => {
  expect(caller.principal).toEqual(principal);
  expect(guard.toolsFor(principal).map(({ name }) => name)).toEqual(Object.keys(allowed));
});

it.each(Object.entries(allowed))("%s %j is allowed, and says what it would do (N1)", async (tool, { input, would }) => {
  expect(await explain(tool, input)).toMatchObject({ decision: "allow", would, targets: [{ host: "10.20.0.1", decision: "allow" }] });
});

describe("the neighbors that the card derives (N1, N3)", () => {
  const neighbors = guard.neighbors();

  it("exist for every tool", () => {
    expect(new Set(neighbors.map(({ tool }) => tool))).toEqual(new Set(Object.keys(allowed)));
    expect(neighbors.length).toBeGreaterThan(15);
  });

  it.each(neighbors.map((each) => [each.tool, each.neighbor.name, each] as const))("are denied to %s: %s", async (tool, _name, { neighbor }) => {
    const explained = await explain(tool, { ...allowed[tool]?.input, ...(neighbor.raw as object) });
    expect(explained.decision).toBe("deny");
    expect(neighbor.codes).toContain(explained.code);
  });

  it("are not all refused by their schema: what fits it is refused by its place in the URL", async () => {
    const open = neighbors.filter(({ tool, neighbor }) => tool === "name_room" && neighbor.name.endsWith("as room"));
    const codes = await Promise.all(
      open.map(async ({ neighbor }) => (await explain("name_room", { ...allowed["name_room"]?.input, ...(neighbor.raw as object) })).code),
    );
    expect(codes.length).toBeGreaterThan(4);
    expect(new Set(codes)).toEqual(new Set(["net.url"]));
  });
});

describe("tools (N4)", () => {
  it.each(guard.definition.tools.map((tool) => [tool.name, tool] as const))(
    "%s has a closed schema whose every group is described and bounded",
    (name, tool) => {
      expect(tool.description.length).toBeGreaterThanOrEqual(10);
      expect(tool.effect).not.toBe("read");
      expect(tool.input.safeParse(allowed[name]?.input).success).toBe(true);
      expect(tool.input.safeParse({ ...allowed[name]?.input, unknown: 1 }).success).toBe(false);
      const shape = tool.input.shape as Record<string, { description?: string; safeParse(value: unknown): { success: boolean } }>;
      for (const [parameter, schema] of Object.entries(shape)) {
        expect(schema.description?.length ?? 0, parameter).toBeGreaterThan(10);
        for (const wrong of ["x".repeat(100_000), Array.from({ length: 1_001 }, () => "x"), 1e300, { unknown: 1 }])
          expect(schema.safeParse(wrong).success, parameter).toBe(false);
      }
    },
  );
});

it("ships an example policy that can be loaded, with the tools that it declares", async () => {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "policy.example.yaml");
  const text = readFileSync(file, "utf8");
  expect(parsePolicy(text, file, [serverShape(server)]).routes.map(({ id }) => id)).toEqual(["tickets", "deploy-hook", "lights"]);
  const copy = join(folder, "example.yaml");
  writeFileSync(copy, text, { mode: 0o600 });
  const example = loadGuard({ definition: server, policy: { file: copy } });
  expect(example.guard.toolsFor(principal).map(({ name }) => name)).toEqual(["create_ticket", "assign_ticket", "start_deploy", "set_light"]);
  await example.guard.close();
});
