import { tree, type Answer, type RunningServer } from "@postern/testing";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startRepoWriterBy } from "../subjects.ts";
import { everything, filled } from "./filled.ts";
import type { Github } from "./github.ts";

type Input = Readonly<Record<string, unknown>>;

const token = "canary-token-of-the-writing-lane";
const folder = tree({ "policy/": true });
const widget = { owner: "acme", repo: "widget" };
const changes = new Set(["POST", "PUT", "PATCH", "DELETE"]);
let github: Github;
let server: RunningServer;

beforeAll(async () => {
  github = await filled();
  github.grant(token, { repositories: "all", permissions: { ...everything, contents: "write", pull_requests: "write", issues: "write", actions: "write" } });
  const more = `credentials:\n  gh: { source: { env: GH }, present: { header: authorization, scheme: Bearer }, hosts: [127.0.0.1] }`;
  const bounds = `branches: ["agent/*"], bases: [main], paths: ["docs/**", "src/**", ".github/**"], labels: [bug, "area/*"], workflows: [ci.yml], merge: allow`;
  const targets = `{ repos: [acme/widget], ${bounds}, api: "${github.api}", internal: { networks: [127.0.0.0/8] } }`;
  server = await startRepoWriterBy(folder.at("policy"), targets, { more, card: ", credential: gh", env: { GH: token } });
});
afterEach(() => {
  expect(github.violations).toEqual([]);
  github.forget();
});
afterAll(async () => {
  await server.close();
  await github[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function call(tool: string, input: Input = {}): Promise<Answer> {
  return server.call(tool, { ...widget, ...input });
}
function sent(): readonly string[] {
  return github.requests.filter(({ method }) => changes.has(method)).map(({ method, path }) => `${method} ${path}`);
}

const file = { path: "docs/guide.md", content: "x", message: "m" };

describe("what is just outside of a card is denied, and its host is asked nothing (R1)", () => {
  test.each<readonly [string, string, Input, string]>([
    ["another repository", "create_branch", { repo: "second", branch: "agent/x", from_branch: "main" }, "repo.not_allowed"],
    ["the default branch", "create_or_update_file", { ...file, branch: "main" }, "repo.ref"],
    ["a branch beside those of the card", "create_branch", { branch: "feature/x", from_branch: "main" }, "repo.ref"],
    ["a branch below those of the card", "create_branch", { branch: "agent/x/y", from_branch: "main" }, "repo.ref"],
    ["a branch by another ref", "create_branch", { branch: "refs/heads/agent/x", from_branch: "main" }, "repo.ref"],
    ["a branch that climbs", "create_branch", { branch: "agent/../main", from_branch: "main" }, "repo.ref"],
    ["a start that the card does not give", "create_branch", { branch: "agent/x", from_branch: "release/1" }, "repo.ref"],
    ["a start that is a commit", "create_branch", { branch: "agent/x", from_branch: "a".repeat(40) }, "repo.ref"],
    ["a path beside those of the card", "create_or_update_file", { ...file, path: "README.md", branch: "agent/one" }, "repo.path"],
    ["a path that climbs", "create_or_update_file", { ...file, path: "docs/../README.md", branch: "agent/one" }, "repo.path"],
    [
      "a workflow, although the card names its folder",
      "create_or_update_file",
      { ...file, path: ".github/workflows/ci.yml", branch: "agent/one" },
      "repo.path",
    ],
    ["the owners of code", "create_or_update_file", { ...file, path: "docs/CODEOWNERS", branch: "agent/one" }, "repo.path"],
    ["a workflow by another case", "delete_file", { path: ".GitHub/workflows/ci.yml", message: "m", branch: "agent/one" }, "repo.path"],
    [
      "one wrong file of three",
      "push_files",
      {
        branch: "agent/one",
        message: "m",
        files: [file, { path: "src/a.ts", content: "" }, { path: "lib/b.ts", content: "" }].map(({ path, content }) => ({ path, content })),
      },
      "repo.path",
    ],
    [
      "a file that comes twice",
      "push_files",
      { branch: "agent/one", message: "m", files: [0, 1].map(() => ({ path: "docs/a.md", content: "" })) },
      "repo.input",
    ],
    ["a base beside those of the card", "create_pull_request", { title: "t", head: "agent/one", base: "release/1" }, "repo.base"],
    ["the head of a fork", "create_pull_request", { title: "t", head: "mallory:agent/one", base: "main" }, "repo.ref"],
    ["a head beside those of the card", "create_pull_request", { title: "t", head: "main", base: "main" }, "repo.ref"],
    ["a label beside those of the card", "issue_write", { method: "create", title: "t", labels: ["bug", "security"] }, "repo.input"],
    ["a workflow that the card does not name", "actions_run_trigger", { method: "run_workflow", workflow_id: "deploy.yml", ref: "main" }, "repo.input"],
    ["a workflow by its number", "actions_run_trigger", { method: "run_workflow", workflow_id: "12", ref: "main" }, "repo.input"],
    ["a workflow on another branch", "actions_run_trigger", { method: "run_workflow", workflow_id: "ci.yml", ref: "release/1" }, "repo.ref"],
  ])("%s (%s)", async (_name, tool, input, code) => {
    expect(await call(tool, input)).toDenyWith(code);
    expect(github.requests).toEqual([]);
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ tool, decision: "deny", code });
  });
});

describe("what only the host can tell is refused before anything is changed (R1)", () => {
  test("a link, and a file that is not the one that was meant", async () => {
    expect(await call("create_or_update_file", { ...file, path: "docs/link", branch: "agent/one" })).toFailWith("repo.symlink");
    expect(await call("delete_file", { path: "docs/link", message: "m", branch: "agent/one" })).toFailWith("repo.symlink");
    expect(await call("create_or_update_file", { ...file, branch: "agent/one" })).toFailWith("repo.conflict");
    expect(await call("create_or_update_file", { ...file, branch: "agent/one", sha: "0".repeat(40) })).toFailWith("repo.conflict");
    expect(sent()).toEqual([]);
  });

  test("a pull request whose ends the card does not give", async () => {
    const repo = github.repository("acme/widget");
    const fork = await repo.pull({ head: "mallory:main", title: "From outside" });
    expect(await call("update_pull_request", { pullNumber: fork.number, title: "mine" })).toFailWith("repo.ref");
    expect(await call("merge_pull_request", { pullNumber: fork.number, expected_head_sha: "0".repeat(40) })).toFailWith("repo.ref");
    expect(await call("request_pull_request_reviewers", { pullNumber: fork.number, reviewers: ["octo"] })).toFailWith("repo.ref");
    expect(await call("pull_request_review_write", { pullNumber: fork.number, method: "create", event: "APPROVE", body: "ok" })).toFailWith("repo.input");
    expect(sent()).toEqual([]);
  });

  test("a branch that is the default one under a name that the card's pattern gives", async () => {
    await using other = await filled({ repositories: { "acme/widget": { defaultBranch: "agent/main", files: { "docs/a.md": "a\n" } } }, tokens: {} });
    other.grant(token, { repositories: "all", permissions: { contents: "write" } });
    using place = tree({ "policy/": true });
    const more = `credentials:\n  gh: { source: { env: GH }, present: { header: authorization, scheme: Bearer }, hosts: [127.0.0.1] }`;
    const targets = `{ repos: [acme/widget], branches: ["agent/*"], paths: ["docs/**"], api: "${other.api}", internal: { networks: [127.0.0.0/8] } }`;
    await using writer = await startRepoWriterBy(place.at("policy"), targets, { more, card: ", credential: gh", env: { GH: token } });
    const answer = await writer.call("create_or_update_file", { ...widget, ...file, path: "docs/new.md", branch: "agent/main" });
    expect(answer).toFailWith("repo.ref");
    expect(other.requests.every(({ method }) => method === "GET")).toBe(true);
  });
});

describe("what a card gives is changed, once (R1, E2)", () => {
  test("a branch, two files in one commit, a pull request, a comment and a label", async () => {
    const repo = github.repository("acme/widget");
    const main = await repo.head("main");
    expect(await call("create_branch", { branch: "agent/story", from_branch: "main" })).toAllow();
    const files = [
      { path: "docs/guide.md", content: "new\n" },
      { path: "src/a.ts", content: "export {};\n" },
    ];
    expect(await call("push_files", { branch: "agent/story", message: "Two files", files })).toAllow();
    expect(await repo.git.text("show", "agent/story:docs/guide.md")).toBe("new");
    expect(await repo.git.text("show", "agent/story:src/a.ts")).toBe("export {};");
    expect(await repo.head("main")).toBe(main);
    const opened = await call("create_pull_request", { title: "A story", head: "agent/story", base: "main", body: "why" });
    expect(opened).toAllow();
    const { number } = JSON.parse(opened.text.split("\n", 1)[0] ?? "") as { readonly number: number };
    expect(await call("add_issue_comment", { issue_number: number, body: "done" })).toAllow();
    expect(await call("issue_write", { method: "create", title: "Next", labels: ["bug", "area/x"] })).toAllow();
    expect(sent()).toHaveLength(7);
    expect(server.calls({ outcome: "ok" }).every(({ lane, changes: told }) => lane === "gh" && told.length > 0)).toBe(true);
  });

  test("a file is replaced where it is the one that was meant, and deleted", async () => {
    const repo = github.repository("acme/widget");
    const standing = (await repo.git.text("rev-parse", "agent/one:docs/guide.md")).trim();
    expect(await call("create_or_update_file", { ...file, content: "third\n", branch: "agent/one", sha: standing })).toAllow();
    expect(await repo.git.text("show", "agent/one:docs/guide.md")).toBe("third");
    expect(await call("create_or_update_file", { ...file, path: "docs/extra.md", branch: "agent/one" })).toAllow();
    expect(await call("delete_file", { path: "docs/extra.md", message: "m", branch: "agent/one" })).toAllow();
    expect(sent()).toHaveLength(3);
  });

  test("a merge of what was looked at, and of nothing else", async () => {
    const repo = github.repository("acme/widget");
    const pull = await repo.pull({ head: "agent/one", title: "Merge me" });
    const head = await repo.head("agent/one");
    expect(await call("merge_pull_request", { pullNumber: pull.number, expected_head_sha: "0".repeat(40) })).toFailWith("repo.conflict");
    const merged = await call("merge_pull_request", { pullNumber: pull.number, expected_head_sha: head, merge_method: "squash" });
    expect(merged).toAllow();
    expect(sent()).toHaveLength(2);
  });

  test("a request whose answer is lost is told as unknown, with what may have changed, and not sent again", async () => {
    github.faults.next({ kind: "hang-up", after: true }, { method: "POST" });
    const answer = await call("add_issue_comment", { issue_number: 1, body: "once" });
    expect(answer).toFailWith("net.unknown");
    expect(sent()).toHaveLength(1);
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ outcome: "failed", failure: "net.unknown", changes: [{ change: "sent", durable: false }] });
  });

  test("a failure of the host behind the change is told with what may have changed, and so is an answer that cannot be read", async () => {
    github.faults.next({ kind: "status", status: 502, after: true }, { method: "POST" });
    expect(await call("add_issue_comment", { issue_number: 1, body: "twice?" })).toFailWith("repo.upstream");
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ failure: "repo.upstream", changes: [{ change: "sent", status: 502, durable: false }] });
    github.faults.next({ kind: "truncated" }, { method: "POST" });
    expect(await call("add_issue_comment", { issue_number: 1, body: "read?" })).toFailWith("repo.upstream");
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ failure: "repo.upstream", changes: [{ change: "sent", durable: true }] });
    expect(sent()).toHaveLength(2);
  });

  test("a redirect in place of an answer is no success", async () => {
    github.faults.next({ kind: "redirect", status: 307, to: `${github.api}/repos/acme/second/issues/1/comments` }, { method: "POST" });
    expect(await call("add_issue_comment", { issue_number: 1, body: "elsewhere" })).toFailWith("repo.identity");
    expect(sent()).toHaveLength(1);
  });
});
