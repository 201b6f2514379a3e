import { loadGuard } from "@postern/runtime";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { server } from "../src/server.ts";

/** Nothing is asked here: the guard is asked and never called, and the interface's address is literal. */
const folder = mkdtempSync(join(tmpdir(), "postern-neighbors-"));
const policy = join(folder, "postern.yaml");
const targets = '{ repos: [acme/widget], branches: [main], paths: ["docs/**"] }';
writeFileSync(
  policy,
  `version: 1
principals: [{ id: me, stdio: true }]
routes:
  - id: widget
    server: repo-read
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
/** For each tool a call that is allowed; its neighbors are those that the card itself derives. */
const allowed: Readonly<Record<string, object>> = {
  get_repository: widget,
  get_file_contents: { ...widget, path: "docs/a.md" },
  get_repository_tree: widget,
  list_branches: widget,
  list_commits: widget,
  get_commit: { ...widget, sha: "main" },
  list_label: widget,
  list_issues: widget,
  issue_read: { ...widget, method: "get", issue_number: 1 },
  list_pull_requests: widget,
  pull_request_read: { ...widget, method: "get", pullNumber: 1 },
  search_code: { ...widget, query: "x" },
  search_issues: { ...widget, query: "x" },
  search_pull_requests: { ...widget, query: "x" },
  search_commits: { ...widget, query: "x" },
  actions_list: { ...widget, method: "list_workflow_runs" },
  actions_get: { ...widget, method: "get_workflow_run", resource_id: "1" },
  get_job_logs: { ...widget, job_id: 1 },
  list_tags: widget,
  list_releases: widget,
  get_latest_release: widget,
};
/** Under a card that names branches, no tag is given. */
const denied: Readonly<Record<string, object>> = { get_tag: { ...widget, tag: "v1" }, get_release_by_tag: { ...widget, tag: "v1" } };

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
