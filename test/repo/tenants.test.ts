import { startHttpServer, tree, type HttpServer } from "@postern/testing";
import { hash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { keyOf } from "../serving/callers.ts";
import { repoReaderBin } from "../subjects.ts";
import { everything, filled } from "./filled.ts";
import type { Github } from "./github.ts";

const folder = tree({ "policy/": true, "log/": true });
const callers = [
  { id: "ada", tenant: "acme", repo: "acme/widget", token: "canary-lane-of-acme-widget", says: "alpha" },
  { id: "bob", tenant: "acme", repo: "acme/second", token: "canary-lane-of-acme-second", says: "again" },
  { id: "eve", tenant: "rival", repo: "other/private", token: "canary-lane-of-the-rival", says: "theirs" },
] as const;
const files: Readonly<Record<string, string>> = { "acme/widget": "docs/guide.md", "acme/second": "note.md", "other/private": "theirs.md" };
let github: Github;
let server: HttpServer;

beforeAll(async () => {
  github = await filled();
  for (const { token, repo } of callers) github.grant(token, { repositories: [repo], permissions: everything });
  const at = `api: "${github.api}", internal: { networks: [127.0.0.0/8] }`;
  const policy = folder.at("policy/postern.yaml");
  const lines = [
    "version: 1",
    "principals:",
    ...callers.map(({ id, tenant }) => `  - { id: ${id}, tenant: ${tenant}, apiKey: { sha256: ${hash("sha256", keyOf(id))} } }`),
    "credentials:",
    ...callers.map(({ id, tenant }) => `  lane-${id}: { tenant: ${tenant}, source: { env: TOKEN_${id.toUpperCase()} }, hosts: [127.0.0.1] }`),
    "routes:",
    ...callers.map(
      ({ id, repo }) =>
        `  - { id: of-${id}, server: repo-read, principals: [${id}], tools: "*", targets: { repos: [${repo}], ${at} }, credential: lane-${id} }`,
    ),
  ];
  writeFileSync(policy, `${lines.join("\n")}\n`, { mode: 0o600 });
  const env = Object.fromEntries(callers.map(({ id, token }) => [`TOKEN_${id.toUpperCase()}`, token]));
  server = await startHttpServer({ bin: repoReaderBin, policy, env, evidence: folder.at("log/evidence.db") });
});
afterAll(async () => {
  await server.close();
  await github[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe("callers of two tenants on one process, each with a lane of its own (R2, P2, P3)", () => {
  test("in whatever order they come, no request goes with another's token, and nobody gets what is another's", async () => {
    const asked = Array.from({ length: 150 }, (_, at) => {
      const caller = callers[(at * 7) % callers.length] ?? callers[0];
      // Two of three ask for their own; the others for what is somebody else's.
      const { repo } = at % 3 === 2 ? (callers[(at * 5 + 1) % callers.length] ?? caller) : caller;
      return { caller, repo };
    });
    const answers = await Promise.all(
      asked.map(async ({ caller, repo }, id) => {
        const [owner, name] = repo.split("/");
        const input = { owner, repo: name, path: files[repo] };
        const { text } = await server.send({
          token: keyOf(caller.id),
          body: { jsonrpc: "2.0", id, method: "tools/call", params: { name: "get_file_contents", arguments: input } },
        });
        return { caller, repo, text };
      }),
    );
    for (const { caller, repo, text } of answers) {
      if (repo === caller.repo) expect(text).toContain(caller.says);
      else expect(text).toContain("repo.not_allowed");
      for (const other of callers) if (other !== caller) expect(text).not.toContain(other.says);
    }
    expect(github.requests.length).toBe(asked.filter(({ caller, repo }) => repo === caller.repo).length);
    for (const { path, token } of github.requests) expect(token).toBe(callers.find(({ repo }) => path.startsWith(`/repos/${repo}/`))?.token);
    const beside = readdirSync(dirname(server.evidence)).map((name) => readFileSync(join(dirname(server.evidence), name), "latin1"));
    for (const { token } of callers)
      expect([...answers.map(({ text }) => text), server.process.stderr, ...beside].some((text) => text.includes(token))).toBe(false);
    expect(server.calls({ limit: 1000 }).every(({ principal, lane }) => lane === null || lane === `lane-${principal}`)).toBe(true);
  });
});
