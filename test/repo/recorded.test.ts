import { tree, type RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startRepoReaderBy } from "../subjects.ts";
import { recordings, replay, type Recording, type Replay } from "./recordings.ts";

type Input = Readonly<Record<string, unknown>>;

/** What of ours asks for a recorded path; the repository is that of the card, whatever was recorded. */
const asking: readonly (readonly [RegExp, string, (found: RegExpExecArray) => Input])[] = [
  [/^$/, "get_repository", () => ({})],
  [/^\/contents\/(.+)$/, "get_file_contents", ([, path]) => ({ path })],
  [/^\/git\/trees\/[0-9a-f]{40}$/, "get_repository_tree", () => ({ recursive: true })],
  [/^\/branches$/, "list_branches", () => ({})],
  [/^\/tags$/, "list_tags", () => ({})],
  [/^\/commits$/, "list_commits", () => ({})],
  [/^\/commits\/[0-9a-f]{40}$/, "get_commit", () => ({ sha: "main" })],
  [/^\/releases$/, "list_releases", () => ({})],
  [/^\/releases\/latest$/, "get_latest_release", () => ({})],
  [/^\/releases\/tags\/(.+)$/, "get_release_by_tag", ([, tag]) => ({ tag })],
  [/^\/labels$/, "list_label", () => ({})],
  [/^\/issues$/, "list_issues", () => ({})],
  [/^\/issues\/(\d+)$/, "issue_read", ([, number]) => ({ method: "get", issue_number: Number(number) })],
  [/^\/issues\/(\d+)\/comments$/, "issue_read", ([, number]) => ({ method: "get_comments", issue_number: Number(number) })],
  [/^\/pulls$/, "list_pull_requests", () => ({})],
  [/^\/pulls\/(\d+)$/, "pull_request_read", ([, number]) => ({ method: "get", pullNumber: Number(number) })],
];

interface Asked {
  readonly name: string;
  readonly tool: string;
  readonly input: Input;
  readonly repo: readonly [string, string];
  readonly recording: Recording;
}

function askedOf(recording: Recording): readonly Asked[] {
  const [path = ""] = recording.url.split("?");
  const [, owner = "", repo = "", rest = ""] = /^\/repos\/([^/]+)\/([^/]+)(.*)$/.exec(path) ?? [];
  if (recording.method !== "GET" || owner === "") return [];
  return asking.flatMap(([pattern, tool, input]) => {
    const found = pattern.exec(rest);
    return found === null ? [] : [{ name: `${tool} of ${recording.url}`, tool, input: input(found), repo: [owner, repo] as const, recording }];
  });
}

const all = [...new Map(recordings().map((recording) => [`${recording.url} ${recording.body}`, recording])).values()].flatMap(askedOf);

describe.skipIf(all.length === 0)("what the real host answered is read by every operation that has a recording (skipped: no corpus)", () => {
  const folder = tree({ "policy/": true });
  let host: Replay;
  let server: RunningServer;
  beforeAll(async () => {
    host = await replay();
    const repos = [...new Set(all.map(({ repo }) => repo.join("/").toLowerCase()))];
    server = await startRepoReaderBy(folder.at("policy"), `{ repos: [${repos.join(", ")}], api: "${host.api}", internal: { networks: [127.0.0.0/8] } }`);
  });
  afterAll(async () => {
    await server.close();
    await host[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test.each(all)("$name", async ({ tool, input, repo: [owner, repo], recording }) => {
    host.answer = recording;
    const before = host.requests.length;
    const answer = await server.call(tool, { owner, repo, ...input });
    expect(host.requests.length).toBe(before + 1);
    if (recording.status === 404) return expect(answer).toFailWith("repo.not_found");
    // Some asked for the bytes alone, which is no form that we ask for.
    if (!/^[[{]/.test(recording.body)) return expect(answer).toFailWith("repo.upstream");
    expect(answer).toAllow();
    expect(answer.text).toContain(`Data from ${owner.toLowerCase()}/${repo.toLowerCase()}`);
    // Where a file can be had from with a token of its own, the answer never says.
    expect(JSON.stringify(answer)).not.toMatch(/download_url|temp_clone_token|[?&]token=/);
  });
});
