import { tree, type RunningServer } from "@postern/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expect } from "../expect.ts";
import { startRepoReaderBy } from "../subjects.ts";
import { replay, type Replay } from "./recordings.ts";

type Input = Readonly<Record<string, unknown>>;

const sha = "0123456789abcdef0123456789abcdef01234567";
const widget = { owner: "acme", repo: "widget" };

/** Neighbors of a card for acme/widget, on main and release/*, below docs/ and src/. */
const denied: readonly (readonly [string, string, Input, string])[] = [
  ["another repository of the owner", "get_file_contents", { owner: "acme", repo: "widget2", path: "docs/a.md" }, "repo.not_allowed"],
  ["the same name under another owner", "get_repository", { owner: "evil", repo: "widget" }, "repo.not_allowed"],
  ["a repository whose name has the card's at its end", "list_issues", { owner: "acme", repo: "my-widget" }, "repo.not_allowed"],
  ["the parent in place of the repository", "get_repository", { owner: "acme", repo: ".." }, "repo.not_allowed"],
  ["the parent in place of the owner", "get_repository", { owner: "..", repo: "widget" }, "repo.not_allowed"],
  ["no repository", "get_repository", { owner: "acme", repo: "" }, "repo.not_allowed"],
  ["a slash in the repository", "get_repository", { owner: "acme", repo: "widget/../widget2" }, "repo.not_allowed"],
  ["an encoded slash", "get_repository", { owner: "acme", repo: "widget%2f..%2fwidget2" }, "repo.not_allowed"],
  ["letters that only look alike", "get_repository", { owner: "acme", repo: "ｗidget" }, "repo.not_allowed"],
  ["another name of the same repository", "get_repository", { owner: "acme", repo: "widget.git" }, "repo.not_allowed"],
  ["a path beside those of the card", "get_file_contents", { ...widget, path: "secrets/key.txt" }, "repo.path"],
  ["a path whose name begins like the card's", "get_file_contents", { ...widget, path: "docs2/a.md" }, "repo.path"],
  ["a path that climbs", "get_file_contents", { ...widget, path: "docs/../secrets/key.txt" }, "repo.path"],
  ["an encoded climb", "get_file_contents", { ...widget, path: "docs/%2e%2e/secrets/key.txt" }, "repo.path"],
  ["a climb with backslashes", "get_file_contents", { ...widget, path: "docs\\..\\secrets" }, "repo.path"],
  ["an empty segment", "get_file_contents", { ...widget, path: "docs//a.md" }, "repo.path"],
  ["git's own directory", "get_file_contents", { ...widget, path: "docs/.git/config" }, "repo.path"],
  ["commits of another path", "list_commits", { ...widget, path: "secrets" }, "repo.path"],
  ["another branch", "get_file_contents", { ...widget, path: "docs/a.md", ref: "feature/x" }, "repo.ref"],
  ["another branch by its whole name", "get_file_contents", { ...widget, path: "docs/a.md", ref: "refs/heads/feature" }, "repo.ref"],
  ["a branch whose name begins like the card's", "list_commits", { ...widget, sha: "main2" }, "repo.ref"],
  ["a tag, where the card names branches", "get_file_contents", { ...widget, path: "docs/a.md", ref: "refs/tags/v1" }, "repo.ref"],
  ["a tag by its name", "get_tag", { ...widget, tag: "v1" }, "repo.ref"],
  ["the release of a tag", "get_release_by_tag", { ...widget, tag: "v1" }, "repo.ref"],
  ["a commit", "get_file_contents", { ...widget, path: "docs/a.md", sha }, "repo.ref"],
  ["a commit in place of a branch", "get_commit", { ...widget, sha }, "repo.ref"],
  ["the beginning of a commit", "get_commit", { ...widget, sha: sha.slice(0, 12) }, "repo.ref"],
  ["a pull request as a ref", "get_file_contents", { ...widget, path: "docs/a.md", ref: "refs/pull/3/head" }, "repo.ref"],
  ["a pull request's merge", "list_commits", { ...widget, sha: "pull/3/merge" }, "repo.ref"],
  ["an expression over revisions", "get_commit", { ...widget, sha: "main~1" }, "repo.ref"],
  ["a range", "get_commit", { ...widget, sha: "main..feature" }, "repo.ref"],
  ["a path within a revision", "get_repository_tree", { ...widget, tree_sha: "main:secrets" }, "repo.ref"],
  ["a fork's branch", "list_commits", { ...widget, sha: "evil:main" }, "repo.ref"],
  ["a flag", "list_commits", { ...widget, sha: "--all" }, "repo.ref"],
  ["a ref of another namespace", "get_commit", { ...widget, sha: "refs/stash" }, "repo.ref"],
  ["a search that names another repository", "search_code", { ...widget, query: "key repo:acme/widget2" }, "repo.search"],
  ["a search over an owner", "search_issues", { ...widget, query: "key org:acme" }, "repo.search"],
  ["a search with an alternative", "search_commits", { ...widget, query: "a OR b" }, "repo.search"],
  ["a search of another repository", "search_code", { owner: "acme", repo: "widget2", query: "key" }, "repo.not_allowed"],
];

describe("what is just outside of a card is denied, and its host is asked nothing (R1)", () => {
  const folder = tree({ "policy/": true });
  let host: Replay;
  let server: RunningServer;
  beforeAll(async () => {
    host = await replay();
    host.answer = { method: "GET", url: "/", status: 200, headers: {}, body: "{}" };
    const targets = `{ repos: [Acme/Widget], branches: [main, "release/*"], paths: ["docs/**", "src/**"], api: "${host.api}", internal: { networks: [127.0.0.0/8] } }`;
    server = await startRepoReaderBy(folder.at("policy"), targets);
  });
  afterAll(async () => {
    await server.close();
    await host[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test.each(denied)("%s (%s)", async (_name, tool, input, code) => {
    const answer = await server.call(tool, input);
    expect(answer).toDenyWith(code);
    expect(host.requests).toEqual([]);
    expect(server.calls({ limit: 1 })[0]).toMatchObject({ tool, decision: "deny", code, targets: [{ kind: "repo", decision: "deny" }] });
  });

  test("what the card gives is asked for under the operator's spelling, and in whole names", async () => {
    const file = "IyBIaQo=";
    host.answer = {
      method: "GET",
      url: "/",
      status: 200,
      headers: {},
      body: JSON.stringify({ type: "file", path: "docs/a.md", size: 5, sha: "ffcf1cb5cc65cf53d71af7b4c1bfca6c3bc2bb1c", encoding: "base64", content: file }),
    };
    const answer = await server.call("get_file_contents", { owner: "ACME", repo: "WIDGET", path: "/docs/a.md", ref: "release/1" });
    expect(host.requests).toEqual(["/repos/Acme/Widget/contents/docs%2Fa.md?ref=refs%2Fheads%2Frelease%2F1"]);
    // The digest is another content's: of a link, as far as anybody can tell.
    expect(answer).toFailWith("repo.symlink");
    expect(answer.text).not.toContain("# Hi");
    expect(server.calls({ limit: 1 })[0]).toMatchObject({
      decision: "allow",
      outcome: "failed",
      failure: "repo.symlink",
      targets: [{ repo: "acme/widget", canonical: "acme/widget@refs/heads/release/1:docs/a.md" }],
    });
  });
});
