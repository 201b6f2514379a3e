import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asking, type Ask } from "./asking.ts";
import { filled } from "./filled.ts";
import type { Github } from "./github.ts";
import { wrongs } from "./json-schema.ts";
import { described, noDescription, readApi } from "./openapi.ts";
import { collect, noRecordings, recordedTypes, type Types } from "./recorded-types.ts";

const repo = "/repos/acme/widget";
type Row = readonly [method: string, path: string, body?: unknown];

/** Each operation once, the changing ones last. */
async function rows(github: Github, ask: Ask): Promise<readonly Row[]> {
  const widget = github.repository("acme/widget");
  const [head, run] = [await widget.head(), await widget.run({ jobs: [{ name: "build", log: "it ran\n" }], conclusion: "failure" })];
  const issue = widget.issue({ title: "A bug", body: "See the hidden word", labels: ["bug"], comments: [{ body: "Me too", author: "mallory" }] });
  issue.subIssues.push(widget.issue({ title: "A part" }));
  const pull = await widget.pull({ head: "agent/one", title: "A change", body: "Please" });
  widget.release({ tag: "v1", body: "The first" });
  widget.statuses.push({ sha: head, state: "success", context: "ci", description: "done" });
  widget.codeAlerts.push({ rule: "js/xss", path: "a.js", line: 1, message: "Bad" });
  widget.dependencyAlerts.push({ package: "left-pad", ecosystem: "npm", severity: "high", summary: "Bad", manifest: "package.json" });
  widget.secretAlerts.push({ type: "some_token", secret: "PLAINTEXT" });
  const at = `${repo}/pulls/${pull.number}`;
  const reviewed = { comments: [{ path: "new.txt", body: "Why?", line: 1 }], body: "Hm", event: "COMMENT" };
  const waiting = (await ask("POST", `${at}/reviews`, { body: "Later" })).body as { id: number };
  const job = run.jobs[0]?.id;
  const tag = (await widget.git.refs("refs/tags/v2"))[0]?.sha;
  const entry = (await widget.git.entries(head)).find(({ path }) => path === "README.md");
  const search = (q: string): string => encodeURIComponent(`${q} repo:acme/widget`);
  const content = Buffer.from("hello").toString("base64");
  await ask("POST", `${at}/reviews/${waiting.id}/events`, { event: "COMMENT" });
  await ask("POST", `${at}/reviews`, reviewed);
  const comment = pull.pull.comments[0]?.id;
  const pending = (await ask("POST", `${at}/reviews`, { body: "Still later" })).body as { id: number };
  return [
    ...["", "/contents/docs/guide.md", "/branches", "/branches/agent%2Fone", "/commits?path=docs", `/commits/${head}`].map((path): Row => ["GET", repo + path]),
    ...["/compare/main...agent%2Fone", "/tags", "/releases", "/releases/latest", "/releases/tags/v1"].map((path): Row => ["GET", repo + path]),
    ...["trees/main?recursive=1", `blobs/${entry?.sha}`, "ref/heads%2Fmain", `tags/${tag}`, `commits/${head}`].map(
      (path): Row => ["GET", `${repo}/git/${path}`],
    ),
    ["GET", `/search/code?q=${search("hidden")}`],
    ["GET", `/search/issues?q=${search("is:issue hidden")}`],
    ["GET", `/search/commits?q=${search("beginning")}`],
    ...["/1", "", "/1/comments", "/1/sub_issues"].map((path): Row => ["GET", `${repo}/issues${path}`]),
    ["GET", `${repo}/labels`],
    ["GET", `${repo}/pulls`],
    ...["", "/files", "/commits", "/reviews", "/comments"].map((path): Row => ["GET", at + path]),
    ["GET", `${repo}/commits/main/check-runs`],
    ["GET", `${repo}/commits/main/status`],
    ...["runs", `runs/${run.id}`, `runs/${run.id}/jobs`, `jobs/${job}`, `jobs/${job}/logs`].map((path): Row => ["GET", `${repo}/actions/${path}`]),
    ...["code-scanning/alerts", "code-scanning/alerts/1", "dependabot/alerts", "dependabot/alerts/1"].map((path): Row => ["GET", `${repo}/${path}`]),
    ["GET", `${repo}/secret-scanning/alerts?hide_secret=true`],
    ["POST", `${repo}/git/refs`, { ref: "refs/heads/agent/two", sha: head }],
    ["POST", `${repo}/git/blobs`, { content: "hello" }],
    ["POST", `${repo}/git/trees`, { base_tree: head, tree: [{ path: "a.txt", mode: "100644", type: "blob", content: "a" }] }],
    ["POST", `${repo}/git/commits`, { message: "By hand", tree: await widget.git.text("rev-parse", `${head}^{tree}`), parents: [head] }],
    ["PATCH", `${repo}/git/refs/heads%2Fagent%2Ftwo`, { sha: await widget.head("agent/one") }],
    ["PUT", `${repo}/contents/docs/made.md`, { message: "Made", content, branch: "main" }],
    ["DELETE", `${repo}/contents/README.md`, { message: "Gone", sha: entry?.sha, branch: "main" }],
    ["POST", `${repo}/issues`, { title: "New", labels: ["bug"], body: "text" }],
    ["PATCH", `${repo}/issues/1`, { state: "closed", state_reason: "completed" }],
    ["POST", `${repo}/issues/1/comments`, { body: "Done" }],
    ["POST", `${repo}/issues/1/labels`, { labels: ["fixed"] }],
    ["POST", `${repo}/pulls`, { title: "Another", head: "agent/two", base: "main", body: "text" }],
    ["PATCH", at, { title: "A better name" }],
    ["POST", `${at}/reviews/${pending.id}/events`, { event: "COMMENT", body: "Now" }],
    ["POST", `${at}/reviews`, { body: "Good", event: "APPROVE" }],
    ["POST", `${at}/comments/${comment}/replies`, { body: "Because" }],
    ["POST", `${at}/requested_reviewers`, { reviewers: ["bob"] }],
    ["PUT", `${at}/update-branch`, {}],
    ["PUT", `${at}/merge`, { merge_method: "merge" }],
    ["POST", `${repo}/actions/workflows/ci.yml/dispatches`, { ref: "main", return_run_details: true }],
    ["POST", `${repo}/actions/runs/${run.id}/rerun-failed-jobs`],
    ["POST", `${repo}/actions/runs/${run.id}/cancel`],
    ["GET", "/rate_limit"],
    ["GET", "/meta"],
  ];
}

/** Its answer is held against the description where it is minted. */
const elsewhere = ["POST /app/installations/{installation_id}/access_tokens"];

describe("the answers of the fake are the host's", () => {
  let github: Github;
  const answers = new Map<string, { readonly status: number; readonly body: unknown }>();
  const statuses: string[] = [];

  beforeAll(async () => {
    github = await filled();
    const ask = asking(github, "both");
    for (const [method, path, body] of await rows(github, ask)) {
      const { status, body: told } = await ask(method, path, body);
      answers.set(github.requests.at(-1)?.operation ?? path, { status, body: told });
      if (status >= 400) statuses.push(`${method} ${path}: ${status} ${JSON.stringify(told)}`);
    }
  });
  afterAll(() => github[Symbol.asyncDispose]());

  test("each request is answered as one that went well", () => {
    expect(statuses).toEqual([]);
    expect(github.violations).toEqual([]);
  });

  test.skipIf(noDescription !== "")(`every operation that is described is there${noDescription}`, () => {
    const operations = [...(readApi()?.operations.keys() ?? [])];
    expect(operations).toHaveLength(67);
    const answered = [...answers.keys(), ...elsewhere].map(described);
    expect(operations.filter((operation) => !answered.includes(operation))).toEqual([]);
  });

  test.skipIf(noDescription !== "")(`every field has the type that is described${noDescription}`, () => {
    const api = readApi() ?? expect.unreachable("a description");
    const judging = { find: api.find, typesOnly: true };
    const compared = [...answers].flatMap(([operation, { status, body }]) => {
      const schema = api.operations.get(described(operation))?.answers[status];
      return schema === undefined || body === undefined ? [] : [wrongs(schema, body, operation, judging)];
    });
    expect(compared.length).toBeGreaterThan(60);
    expect(compared.flat()).toEqual([]);
  });

  test.skipIf(noRecordings !== "")(`every field that was recorded has the type that was recorded${noRecordings}`, () => {
    const recorded = recordedTypes();
    const compared = [...answers].filter(([operation]) => recorded.has(operation));
    expect(compared.length).toBeGreaterThan(40);
    const odd = compared.flatMap(([operation, { body }]) => {
      const own: Types = new Map();
      collect(body, "", own);
      return [...own].flatMap(([at, types]) => {
        const known = [...(recorded.get(operation)?.get(at) ?? [])].filter((type) => type !== "null");
        const others = [...types].filter((type) => type !== "null" && !known.includes(type));
        return known.length > 0 && others.length > 0 ? [`${operation} ${at}: ${others.join()} and not ${known.join()}`] : [];
      });
    });
    expect(odd).toEqual([]);
  });
});
