import { startServer, tree, type RunningServer } from "@postern/testing";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { human, yes } from "../serving/asked.ts";
import { repoReaderBin, repoWriterBin } from "../subjects.ts";
import { everything, filled } from "./filled.ts";
import type { Github } from "./github.ts";

const operator = fileURLToPath(new URL("../../packages/cli/bin/postern.js", import.meta.url));
const folder = tree({ "policy/": true, "log/": true });
const evidence = folder.at("log/evidence.db");
const policy = folder.at("policy/postern.yaml");
const widget = { owner: "acme", repo: "widget" };
const asked = human();
let github: Github;
let reader: RunningServer;
let writer: RunningServer;

beforeAll(async () => {
  github = await filled();
  github.grant("canary-that-reads", { repositories: ["acme/widget"], permissions: { ...everything, contents: "read", issues: "read", pull_requests: "read" } });
  github.grant("canary-that-writes", { repositories: ["acme/widget"], permissions: { ...everything, contents: "write", pull_requests: "write" } });
  const at = `api: "${github.api}", internal: { networks: [127.0.0.0/8] }`;
  const lane = (name: string, variable: string): string => `  ${name}: { source: { env: ${variable} }, hosts: [127.0.0.1] }`;
  const bounds = `repos: [acme/widget], branches: ["agent/*"], bases: [main], paths: ["docs/**", "src/**"], ${at}`;
  const cards = [
    `{ id: reading, server: repo-read, principals: [me], tools: "*", targets: { repos: [acme/widget], ${at} }, credential: read }`,
    `{ id: changing, server: repo-write, principals: [me], tools: [create_branch, push_files], targets: { ${bounds} }, credential: write }`,
    `{ id: proposing, server: repo-write, principals: [me], tools: [create_pull_request], targets: { ${bounds} }, credential: write, approval: required }`,
  ];
  const head = `version: 1\nprincipals: [{ id: me, stdio: true }]\ncredentials:\n${lane("read", "READS")}\n${lane("write", "WRITES")}\nroutes:\n`;
  writeFileSync(policy, `${head}${cards.map((card) => `  - ${card}\n`).join("")}`, { mode: 0o600 });
  const args = ["--policy", policy, "--evidence", evidence];
  reader = await startServer({ bin: repoReaderBin, args, env: { READS: "canary-that-reads" } });
  writer = await startServer({
    bin: repoWriterBin,
    args,
    env: { WRITES: "canary-that-writes" },
    capabilities: { elicitation: { form: {} } },
    prepare: asked.prepare,
  });
});
afterAll(async () => {
  await Promise.all([reader.close(), writer.close()]);
  await github[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe("from an issue to a pull request, over two servers with two tokens", () => {
  test("each step is done by its own lane, the last one after a yes, and the log tells it all (R1, R2, B3, E1)", async () => {
    const { number } = github.repository("acme/widget").issue({ title: "The guide is short", body: "Please add a line." });
    expect((await reader.call("issue_read", { ...widget, method: "get", issue_number: number })).text).toContain("Please add a line.");
    expect(await writer.call("create_branch", { ...widget, branch: "agent/guide", from_branch: "main" })).toAllow();
    const files = [
      { path: "docs/guide.md", content: "alpha\nbeta\ndelta\n" },
      { path: "docs/more.md", content: "more\n" },
    ];
    expect(await writer.call("push_files", { ...widget, branch: "agent/guide", message: "A line more", files })).toAllow();
    expect(asked.questions).toEqual([]);

    const proposal = { ...widget, title: "A line more", head: "agent/guide", base: "main", body: `Closes #${number}` };
    asked.answer = () => ({ action: "decline" });
    expect(await writer.call("create_pull_request", proposal)).toDenyWith("approval.declined");
    expect(github.requests.some(({ method, path }) => method === "POST" && path.endsWith("/pulls"))).toBe(false);
    asked.answer = () => yes;
    expect(await writer.call("create_pull_request", { ...proposal, body: `Closes #${number}.` })).toAllow();
    expect(asked.questions.at(-1)).toMatch(/acme\/widget[\s\S]*A line more/);
    expect(github.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/pulls"))).toHaveLength(1);

    const reads = new Set(github.requests.filter(({ token }) => token === "canary-that-reads").map(({ method }) => method));
    expect([...reads]).toEqual(["GET"]);
    const log = execFileSync(process.execPath, [operator, "log", "--json", "--evidence", evidence], { encoding: "utf8" });
    const calls = log
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as {
            readonly tool: string;
            readonly lane: string | null;
            readonly outcome: string | null;
            readonly code: string | null;
            readonly approval: string | null;
          },
      );
    expect(calls.filter(({ outcome, approval }) => outcome === "ok" && approval?.startsWith("asked") !== true).map(({ tool, lane }) => [tool, lane])).toEqual([
      ["issue_read", "read"],
      ["create_branch", "write"],
      ["push_files", "write"],
      ["create_pull_request", "write"],
    ]);
    expect(calls.some(({ code }) => code === "approval.declined")).toBe(true);
    expect(log).not.toContain("canary");
    expect(github.violations).toEqual([]);
  });
});
