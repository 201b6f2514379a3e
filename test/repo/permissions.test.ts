import { server as definition } from "@postern/repo-read";
import { tree, type RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startRepoReaderBy } from "../subjects.ts";
import { filled } from "./filled.ts";
import type { Github } from "./github.ts";
import type { Level } from "./seeds.ts";

type Input = Readonly<Record<string, unknown>>;

const token = "canary-token-of-least-permissions";
const folder = tree({ "policy/": true });
let github: Github;
let server: RunningServer;
/** A call of each tool, where it is more than its repository. */
const inputs: Record<string, Input> = {
  get_file_contents: { path: "docs/guide.md" },
  get_tag: { tag: "v2" },
  get_commit: { sha: "main" },
  get_release_by_tag: { tag: "v1" },
  search_code: { query: "hidden" },
  search_issues: { query: "bug" },
  search_pull_requests: { query: "bug" },
  search_commits: { query: "first" },
  actions_list: { method: "list_workflow_runs" },
};

beforeAll(async () => {
  github = await filled();
  const repo = github.repository("acme/widget");
  inputs["issue_read"] = { method: "get", issue_number: repo.issue({ title: "A bug" }).number };
  inputs["pull_request_read"] = { method: "get", pullNumber: (await repo.pull({ head: "agent/one", title: "A bug" })).number };
  repo.release({ tag: "v1" });
  const run = await repo.run({ jobs: [{ name: "build", log: "done\n" }] });
  inputs["get_job_logs"] = { job_id: run.jobs[0]?.id };
  inputs["actions_get"] = { method: "get_workflow_job", resource_id: String(run.jobs[0]?.id) };
  github.grant(token, { repositories: ["acme/widget"], permissions: {} });
  const more = `credentials:\n  gh: { source: { env: GH }, hosts: [127.0.0.1] }`;
  const internal = `internal: { networks: [127.0.0.0/8], ports: [${new URL(github.downloads).port}] }, downloads: [127.0.0.1]`;
  server = await startRepoReaderBy(folder.at("policy"), `{ repos: [acme/widget], api: "${github.api}", ${internal} }`, {
    more,
    lane: "gh",
    env: { GH: token },
  });
});
afterAll(async () => {
  await server.close();
  await github[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function grant(needs: readonly string[]): void {
  const permissions = Object.fromEntries(needs.map((need) => need.split(":") as [string, Level]).filter(([name]) => name !== "metadata"));
  github.grant(token, { repositories: ["acme/widget"], permissions });
}

describe("what a tool says that its credential needs is enough, and no less is (R2)", () => {
  const tools = definition.tools.filter(({ needs = [], offUnless }) => needs.length > 0 && offUnless === undefined);

  test.each(tools.map(({ name, needs = [] }) => [name, needs] as const))("%s: %j", async (name, needs) => {
    const call = () => server.call(name, { owner: "acme", repo: "widget", ...inputs[name] });
    grant(needs);
    expect(await call()).toAllow();
    const [only, ...others] = needs.filter((need) => !need.startsWith("metadata"));
    if (only === undefined || others.length > 0) return;
    grant([]);
    const refused = await call();
    expect(["credential.scope", "repo.not_found", "repo.rejected"]).toContain(refused.failure?.code);
  });
});
