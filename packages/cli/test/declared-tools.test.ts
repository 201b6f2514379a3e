import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { CheckReport } from "../src/check-text.ts";
import { postern, type Ended } from "./postern.ts";

const definition = fileURLToPath(new URL("../../../servers/fetch-write/src/server.ts", import.meta.url));
const base = mkdtempSync(join(tmpdir(), "postern-cli-declared-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function write(name: string, calls: string, more = ""): string {
  const file = join(base, name);
  const card = `{ id: hub, server: fetch-write, principals: [me], tools: "*", targets: { internal: { networks: [10.0.0.0/8], ports: [80] }, calls: { ${calls} } }${more} }`;
  writeFileSync(file, `version: 1\nprincipals: [{ id: me, stdio: true }]\nroutes:\n  - ${card}\n`, { mode: 0o600 });
  return file;
}

const run = (...argv: readonly string[]): Promise<Ended> => postern([...argv, "--load", definition], { POSTERN_EVIDENCE: join(base, "evidence.db") });
const call =
  'set_room: { description: Names a room., method: PUT, url: "http://10.0.0.1/rooms/{id}", path: { id: { type: string } }, body: { type: object, properties: { name: { type: string } } } }';

describe("a server whose tools stand in the policy", () => {
  it("is checked with them: who has which, and what lies just outside is refused (N3)", async () => {
    const neighbors =
      ", neighbors: { allow: [{ tool: set_room, arguments: { path: { id: a }, body: {} } }], deny: [{ tool: set_room, arguments: { path: { id: a/b }, body: {} }, code: net.url }] }";
    const { code, out } = await run("check", "--policy", write("good.yaml", call, neighbors), "--json");
    const report = JSON.parse(out) as CheckReport;
    expect(code).toBe(0);
    expect(report).toMatchObject({
      pass: true,
      checked: ["fetch-write"],
      grants: [{ principal: "me", tools: ["set_room"], targets: ["PUT http://10.0.0.1/rooms/{id}, only in 10.0.0.0/8; write, key optional"] }],
    });
    expect(report.neighbors.filter(({ from }) => from === "written")).toMatchObject([{ decision: "allow" }, { decision: "deny", code: "net.url" }]);
    expect(report.neighbors.filter(({ from, code: denied }) => from === "derived" && denied === "net.url").length).toBeGreaterThan(3);
  });

  it("is refused with the place of what is wrong in a declaration", async () => {
    const { code, err } = await run("check", "--policy", write("bad.yaml", call.replace("type: string", "type: strng")));
    expect(code).toBe(1);
    expect(err).toMatch(/bad\.yaml:4:\d+ routes\.0\.targets\.calls\.set_room\.path\.id\.type/);
  });

  it("explains one call, and says what it would do", async () => {
    const policy = write("good.yaml", call);
    const allowed = await run("explain", "fetch-write", "set_room", '{"path":{"id":"a b"},"body":{"name":"x"}}', "--policy", policy);
    expect(allowed.code).toBe(0);
    expect(allowed.out).toContain("http://10.0.0.1/rooms/a%20b");
    expect(allowed.out).toContain("send one PUT request with a body of JSON");
    const denied = await run("explain", "fetch-write", "set_room", '{"path":{"id":".."},"body":{}}', "--policy", policy);
    expect(denied.code).toBe(1);
    expect(denied.out).toContain("net.url");
  });
});
