import { parsePolicy, type Principal } from "@postern/policy";
import { loadGuard, serverShape } from "@postern/runtime";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { server } from "../src/server.ts";

const principal: Principal = { id: "local", tenant: "default", proof: "stdio" };
/** Both by name, so that nothing asks a resolver: what is denied is denied before, and an address needs none. */
const open = loadGuard({ definition: server, policy: { targets: { hosts: ["docs.example.com", "*.example.org"] } } }).guard;
const inner = loadGuard({ definition: server, policy: { targets: { hosts: ["10.20.1.2"], internal: { networks: ["10.20.0.0/16"], ports: [8443] } } } }).guard;
afterAll(async () => {
  await open.close();
  await inner.close();
});

it("starts for whoever started the process, with its tool", () => {
  expect(open.toolsFor(principal).map(({ name }) => name)).toEqual(["fetch"]);
});

it("allows what the card gives (N1)", async () => {
  expect(await inner.explain({ principal, tool: "fetch", arguments: { url: "https://10.20.1.2:8443/page" } })).toMatchObject({ decision: "allow" });
});

describe("the neighbors that the cards derive (N1, N3)", () => {
  const rows = [open, inner].flatMap((guard) => guard.neighbors().map((each) => [each.neighbor.name, each.neighbor, guard] as const));

  it("are there", () => {
    expect(open.neighbors().length).toBeGreaterThan(8);
    expect(inner.neighbors().length).toBeGreaterThan(3);
  });

  it.each(rows)("are denied: %s", async (_name, { raw, codes }, guard) => {
    const explained = await guard.explain({ principal, tool: "fetch", arguments: { url: raw } });
    expect(explained.decision).toBe("deny");
    expect(codes).toContain(explained.code);
  });
});

describe("the tool (N4)", () => {
  const [fetchTool] = server.tools;

  it("has a closed schema whose every parameter is described and bounded", () => {
    const { effect, description, input } = fetchTool ?? expect.unreachable("no tool");
    expect(effect).toBe("read");
    expect(description.length).toBeLessThanOrEqual(600);
    expect(input.safeParse({ url: "https://docs.example.com/" }).success).toBe(true);
    expect(input.safeParse({ url: "https://docs.example.com/", unknown: 1 }).success).toBe(false);
    for (const [parameter, schema] of Object.entries(
      input.shape as Record<string, { description?: string; safeParse(value: unknown): { success: boolean } }>,
    )) {
      expect(schema.description?.length ?? 0, parameter).toBeGreaterThan(10);
      for (const endless of ["x".repeat(100_000), 1e300, -1e300, Number.NaN]) expect(schema.safeParse(endless).success, parameter).toBe(false);
    }
  });
});

it("ships an example policy that parses", () => {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "policy.example.yaml");
  const policy = parsePolicy(readFileSync(file, "utf8"), file, [serverShape(server)]);
  expect(policy.routes.map(({ id }) => id)).toEqual(["docs", "wiki"]);
});
