import { loadGuard } from "@postern/runtime";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { server } from "../src/server.ts";

/** Nothing is asked here: the guard is asked and never called, and the interface's address is literal. */
const folder = mkdtempSync(join(tmpdir(), "postern-neighbors-"));
const policy = join(folder, "postern.yaml");
const targets = '{ repos: [acme/widget], branches: ["agent/*"], bases: [main], paths: ["docs/**"], labels: [bug], workflows: [ci.yml] }';
writeFileSync(
  policy,
  `version: 1
principals: [{ id: me, stdio: true }]
routes:
  - id: widget
    server: repo-write
    principals: [me]
    tools: "*"
    targets: ${targets.replace(/ }$/, "")}, api: "http://10.20.0.1:8123/api/v3", internal: { networks: [10.20.0.0/16] } }
`,
  { mode: 0o600 },
);
const { guard } = loadGuard({ definition: server, policy: { file: policy } });
const principal = { id: "me", tenant: "default", proof: "stdio" } as const;
afterAll(async () => {
  await guard.close();
  rmSync(folder, { recursive: true, force: true });
});

const widget = { owner: "acme", repo: "widget" };
const file = { path: "docs/a.md", content: "x" };
/** For each tool a call that is allowed; its neighbors are those that the card itself derives. */
const allowed: Readonly<Record<string, object>> = {
  create_branch: { ...widget, branch: "agent/x", from_branch: "main" },
  create_or_update_file: { ...widget, ...file, branch: "agent/x", message: "m" },
  push_files: { ...widget, branch: "agent/x", files: [file], message: "m" },
  delete_file: { ...widget, path: file.path, branch: "agent/x", message: "m" },
  create_pull_request: { ...widget, title: "t", head: "agent/x", base: "main" },
  update_pull_request: { ...widget, pullNumber: 1, title: "t" },
  update_pull_request_branch: { ...widget, pullNumber: 1 },
  pull_request_review_write: { ...widget, pullNumber: 1, method: "create", event: "COMMENT", body: "b" },
  add_reply_to_pull_request_comment: { ...widget, pullNumber: 1, commentId: 1, body: "b" },
  request_pull_request_reviewers: { ...widget, pullNumber: 1, reviewers: ["octo"] },
  issue_write: { ...widget, method: "create", title: "t", labels: ["bug"] },
  add_issue_comment: { ...widget, issue_number: 1, body: "b" },
  actions_run_trigger: { ...widget, method: "run_workflow", workflow_id: "ci.yml", ref: "main" },
};
const denied: Readonly<Record<string, object>> = {};

const explain = (tool: string, input: object) => guard.explain({ principal, tool, arguments: { ...input } });

it("has a call for every tool", () => {
  const tools = guard.toolsFor(principal).map(({ name }) => name);
  expect(new Set([...Object.keys(allowed), ...Object.keys(denied), "list_allowed_repositories"])).toEqual(new Set(tools));
});

it.each(Object.entries(allowed))("%s %j is allowed (N1)", async (tool, input) => {
  expect(await explain(tool, input)).toMatchObject({ decision: "allow", targets: [{ repo: "acme/widget", decision: "allow" }] });
});

describe("the neighbors that a card derives (N1, R1)", () => {
  const neighbors = guard.neighbors();
  const asked = (tool: string, raw: unknown): object => ({ ...(allowed[tool] ?? denied[tool]), ...(raw as object) });
  const takes = (tool: string, raw: unknown): boolean => {
    const keys = new Set(Object.keys(server.tools.find(({ name }) => name === tool)?.input.shape ?? {}));
    return Object.keys(raw as object).every((key) => keys.has(key));
  };

  it("exist for every tool that has a target, and each is one of what some tool takes", () => {
    expect(new Set(neighbors.map(({ tool }) => tool))).toEqual(new Set([...Object.keys(allowed), ...Object.keys(denied)]));
    const names = new Set(neighbors.map(({ neighbor }) => neighbor.name));
    for (const name of names) expect(neighbors.some(({ tool, neighbor }) => neighbor.name === name && takes(tool, neighbor.raw))).toBe(true);
  });

  it.each(neighbors.filter(({ tool, neighbor }) => takes(tool, neighbor.raw)).map((each) => [each.tool, each.neighbor.name, each] as const))(
    "are denied to %s: %s",
    async (tool, _name, { neighbor }) => {
      const explained = await explain(tool, asked(tool, neighbor.raw));
      expect(explained.decision).toBe("deny");
      expect([...neighbor.codes, ...(tool in denied ? ["repo.ref"] : [])]).toContain(explained.code);
    },
  );

  it("that a tool does not take are refused by its schema", async () => {
    for (const { tool, neighbor } of neighbors.filter((each) => !takes(each.tool, each.neighbor.raw))) {
      expect(await explain(tool, asked(tool, neighbor.raw))).toMatchObject({ decision: "deny", code: "input.invalid" });
    }
  });
});
