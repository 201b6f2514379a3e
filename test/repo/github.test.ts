import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asking, type Ask } from "./asking.ts";
import { everything, filled } from "./filled.ts";
import { startGitHub, type Github } from "./github.ts";

const repo = "/repos/acme/widget";
interface File {
  readonly [name: string]: unknown;
  readonly type: string;
  readonly path: string;
  readonly sha: string;
  readonly content?: string;
}

function digest(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

describe("reading is as odd as at the host", () => {
  let github: Github;
  let ask: Ask;
  beforeAll(async () => {
    github = await filled();
    ask = asking(github, "both");
  });
  afterAll(() => github[Symbol.asyncDispose]());

  const contents = async (path: string): Promise<File> => (await ask("GET", `${repo}/contents/${path}`)).body as File;

  test("a link within the repository is followed, under its own path and digest", async () => {
    const link = await contents("docs%2Flink");
    const bytes = Buffer.from(link.content ?? "", "base64");
    expect(link).toMatchObject({ type: "file", path: "docs/link", size: 16, encoding: "base64" });
    expect(bytes.toString()).toBe("the hidden word\n");
    expect(digest(bytes)).not.toBe(link.sha);
    expect(digest(Buffer.from("../secret/key.txt"))).toBe(link.sha);
    const plain = await contents("docs/guide.md");
    expect(digest(Buffer.from(plain.content ?? "", "base64"))).toBe(plain.sha);
  });

  test.each([
    ["docs/out", "/etc/passwd"],
    ["docs/above", "../../elsewhere"],
    ["docs/folder", "../secret"],
  ])("a link that leads to no file of the repository is a link: %s", async (path, target) => {
    const link = await contents(path);
    expect(link).toMatchObject({ type: "symlink", target });
    expect(link).not.toHaveProperty("content");
    expect((await ask("GET", `${repo}/contents/${path}/key.txt`)).status).toBe(404);
  });

  test("a submodule is a file in a listing and a submodule by itself", async () => {
    const [listed] = (await ask("GET", `${repo}/contents/vendor`)).body as readonly File[];
    expect(listed).toMatchObject({ type: "file", size: 0, download_url: null, path: "vendor/lib" });
    const alone = await contents("vendor/lib");
    expect(alone).toMatchObject({ type: "submodule", submodule_git_url: "https://github.com/other/lib.git" });
    const tree = (await ask("GET", `${repo}/git/trees/main?recursive=false`)).body as {
      readonly tree: readonly { readonly path: string; readonly mode: string }[];
    };
    expect(tree.tree.find(({ path }) => path === "vendor/lib")).toMatchObject({ mode: "160000", type: "commit" });
    expect(tree.tree.find(({ path }) => path === "docs/link")).toMatchObject({ mode: "120000", type: "blob" });
  });

  test("a slash at the end of a path leads to the repository's number", async () => {
    const { status, headers } = await ask("GET", `${repo}/contents/docs/`);
    expect([status, headers.get("location")]).toEqual([302, `${github.api}/repositories/${github.repository("acme/widget").id}/contents/docs`]);
  });

  test("a commit of a fork answers through its parent, and a pull request is a ref", async () => {
    const fork = await github.repository("mallory/widget").head();
    const widget = github.repository("acme/widget");
    for (const path of [`commits/${fork}`, `git/commits/${fork}`, `contents/evil.md?ref=${fork}`, `compare/main...mallory:main`])
      expect((await ask("GET", `${repo}/${path}`)).status, path).toBe(200);
    const branches = (await ask("GET", `${repo}/branches`)).body as readonly { readonly name: string }[];
    expect(branches.map(({ name }) => name)).toEqual(["agent/one", "main"]);
    const { number } = await widget.pull({ head: "mallory:main", title: "Take mine", author: "mallory" });
    expect((await ask("GET", `${repo}/git/ref/pull/${number}/head`)).body).toMatchObject({ object: { sha: fork } });
    expect((await ask("GET", `${repo}/contents/evil.md?ref=refs%2Fpull%2F${number}%2Fhead`)).status).toBe(200);
    expect((await ask("GET", `${repo}/pulls/${number}`)).body).toMatchObject({ head: { repo: { full_name: "mallory/widget" } } });
  });

  test.each(["/repos/ACME/Widget", "/repos/acme/widget.git"])("%s is the same repository", async (path) => {
    expect((await ask("GET", path)).body).toMatchObject({ full_name: "acme/widget" });
  });

  test("pages have links by the repository's number, and pull requests are issues", async () => {
    const widget = github.repository("acme/widget");
    for (const title of ["One", "Two"]) widget.issue({ title });
    const { headers, body } = await ask("GET", `${repo}/issues?per_page=1&page=2`);
    expect(body).toHaveLength(1);
    const last = widget.issues.size;
    const at = (page: number): string => `<${github.api}/repositories/${widget.id}/issues?per_page=1&page=${page}>`;
    expect(headers.get("link")).toBe(`${at(1)}; rel="prev", ${at(3)}; rel="next", ${at(last)}; rel="last", ${at(1)}; rel="first"`);
    const all = (await ask("GET", `${repo}/issues`)).body as readonly object[];
    expect(all.filter((each) => "pull_request" in each)).toHaveLength(1);
  });

  test("a commit comes with its files whole, where lists come in pages of thirty", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`wide/${index}`, `${index}\n`]));
    const sha = await github.repository("acme/widget").commit("wide", { files }, "main");
    expect((await ask("GET", `${repo}/commits/${sha}`)).body).toMatchObject({ files: { length: 40 }, stats: { additions: 40 } });
    expect((await ask("GET", `${repo}/compare/main...wide`)).body).toMatchObject({ files: { length: 40 }, status: "ahead", ahead_by: 1 });
    const { number } = await github.repository("acme/widget").pull({ head: "wide", title: "Wide" });
    expect((await ask("GET", `${repo}/pulls/${number}/files`)).body).toHaveLength(30);
    expect((await ask("GET", `${repo}/pulls/${number}/files?page=2`)).body).toHaveLength(10);
  });

  test("answers carry what nobody may be shown, and the fake knows it", async () => {
    github.repository("acme/widget").secretAlerts.push({ type: "some_token", secret: "PLAINTEXTCANARY" });
    const texts = await Promise.all(["", "/contents/docs", "/secret-scanning/alerts"].map(async (path) => (await ask("GET", repo + path)).text));
    for (const text of texts) expect(github.secrets.filter((secret) => text.includes(secret))).toHaveLength(1);
    const hidden = await ask("GET", `${repo}/secret-scanning/alerts?hide_secret=true`);
    expect(hidden.body).toMatchObject([{ number: 1, secret_type: "some_token" }]);
    expect(github.secrets.filter((secret) => hidden.text.includes(secret))).toEqual([]);
    expect((await ask("GET", `${repo}/secret-scanning/alerts/1`)).text).toContain("PLAINTEXTCANARY");
    expect((await ask("GET", `${repo}/secret-scanning/alerts/1?hide_secret=true`)).text).not.toContain("PLAINTEXTCANARY");
  });

  test("what the cut description leaves out is there, too", async () => {
    const [widget, second] = [github.repository("acme/widget"), github.repository("acme/second")];
    const [whole, part] = [widget.issue({ title: "Whole", labels: ["big"] }), second.issue({ title: "Part" })];
    const hidden = github.repository("other/private").issue({ title: "Hidden" });
    const at = `${repo}/issues/${whole.number}`;
    expect((await ask("POST", `${at}/sub_issues`, { sub_issue_id: hidden.id })).status).toBe(404);
    expect((await ask("POST", `${at}/sub_issues`, { sub_issue_id: part.id })).status).toBe(201);
    expect((await ask("GET", `${at}/sub_issues`)).body).toMatchObject([{ title: "Part", repository_url: `${github.api}/repos/acme/second` }]);
    expect((await ask("GET", `/repos/acme/second/issues/${part.number}/parent`)).body).toMatchObject({ title: "Whole" });
    expect((await ask("DELETE", `${at}/sub_issue`, { sub_issue_id: part.id })).status).toBe(200);
    expect((await ask("GET", `/repos/acme/second/issues/${part.number}/parent`)).status).toBe(404);
    expect((await ask("GET", `${repo}/labels/big`)).body).toMatchObject({ name: "big" });
    expect((await ask("PUT", `${at}/labels`, { labels: ["small"] })).body).toMatchObject([{ name: "small" }]);
    expect((await ask("DELETE", `${at}/labels/small`)).body).toEqual([]);
    expect((await ask("GET", `${repo}/actions/workflows`)).body).toMatchObject({ total_count: 1, workflows: [{ path: ".github/workflows/ci.yml" }] });
    expect((await ask("GET", `${repo}/actions/workflows/ci.yml/runs`)).body).toMatchObject({ workflow_runs: [] });
    expect((await ask("GET", `${repo}/git/matching-refs/heads%2Fag`)).body).toMatchObject([{ ref: "refs/heads/agent/one" }]);
    const { number } = await widget.pull({ head: "agent/one", title: "To review" });
    const { id } = (await ask("POST", `${repo}/pulls/${number}/reviews`, {})).body as { readonly id: number };
    expect((await ask("DELETE", `${repo}/pulls/${number}/reviews/${id}`)).status).toBe(200);
    expect((await ask("GET", `${repo}/pulls/${number}/reviews`)).body).toEqual([]);
  });

  test("logs are elsewhere, and who shows a token there is refused", async () => {
    const run = await github.repository("acme/widget").run({ jobs: [{ name: "build", log: "it ran\n" }] });
    const { status, headers } = await ask("GET", `${repo}/actions/jobs/${run.jobs[0]?.id}/logs`);
    const location = headers.get("location") ?? "";
    expect([status, location.startsWith(github.downloads)]).toEqual([302, true]);
    expect(github.secrets.some((secret) => location.includes(secret))).toBe(true);
    expect(await (await fetch(location)).text()).toBe("it ran\n");
    expect((await fetch(location.replace(/sig=.*/, "sig=no"))).status).toBe(403);
    expect(github.violations).toEqual([]);
    expect((await fetch(location, { headers: { authorization: "Bearer both" } })).status).toBe(400);
    expect(github.violations).toHaveLength(1);
    expect(github.downloaded.map(({ authorization }) => authorization)).toEqual([undefined, undefined, "Bearer both"]);
    github.forget();
  });

  test.each([
    ["hidden repo:acme/widget", ["acme/widget"]],
    ["hidden repo:ACME/Widget path:secret", ["acme/widget"]],
    ["hidden repo:acme/widget repo:acme/second", ["acme/second", "acme/widget"]],
    ["hidden repo:acme/widget org:other", ["acme/widget", "other/open"]],
    ["hidden repo:acme/widget OR hidden", ["acme/second", "acme/widget", "mallory/widget", "other/open"]],
    ["hidden repo:acme/widget ｒｅｐｏ：acme/second", ["acme/second", "acme/widget"]],
    ["hidden repo:acme/widget (re\u200bpo:acme/second)", ["acme/second", "acme/widget"]],
    ["hidden", ["acme/second", "acme/widget", "mallory/widget", "other/open"]],
    ["hidden -repo:acme/widget user:acme", ["acme/second"]],
    ["hidden user:acme", ["acme/second", "acme/widget"]],
    ['hidden "repo:acme/second', ["acme/second"]],
  ])("a search for %s looks into %j", async (query, names) => {
    github.grant("searching", { repositories: ["acme/widget", "acme/second"], permissions: everything, quotaOwner: query });
    const { body } = await asking(github, "searching")("GET", `/search/code?q=${encodeURIComponent(query)}`);
    const { items } = body as { readonly items: readonly { readonly repository: { readonly full_name: string } }[] };
    expect([...new Set(items.map(({ repository }) => repository.full_name))].toSorted()).toEqual(names);
  });

  test("a search in what the token does not see is refused", async () => {
    for (const name of ["other/private", "no/such"]) expect((await ask("GET", `/search/code?q=${encodeURIComponent(`hidden repo:${name}`)}`)).status).toBe(422);
  });

  test("nothing of all this was asked as it is not described", () => {
    expect(github.violations).toEqual([]);
    expect(github.requests.every(({ status }) => status !== undefined)).toBe(true);
  });
});

test("sizes that nobody wants to wait for are settings", async () => {
  const listed = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`many/${String(index).padStart(4, "0")}`, ""]));
  const files = { "fits.txt": "x".repeat(10), "large.txt": "x".repeat(50), "huge.txt": "x".repeat(101), ...listed };
  await using github = await startGitHub({
    repositories: { "acme/sizes": { files } },
    tokens: { one: { repositories: "all", permissions: { contents: "read" } } },
    limits: { inlineBytes: 20, blobBytes: 100, treeEntries: 1000 },
  });
  const ask = asking(github, "one");
  const at = "/repos/acme/sizes";
  expect((await ask("GET", `${at}/contents/fits.txt`)).body).toMatchObject({ encoding: "base64", size: 10 });
  const large = await ask("GET", `${at}/contents/large.txt`);
  expect(large.body).toMatchObject({ content: "", encoding: "none", size: 50 });
  const { content } = (await ask("GET", `${at}/git/blobs/${(large.body as File).sha}`)).body as File;
  expect(Buffer.from(content ?? "", "base64").toString()).toBe("x".repeat(50));
  expect((await ask("GET", `${at}/contents/huge.txt`)).status).toBe(403);
  expect((await ask("GET", `${at}/git/blobs/${digest(Buffer.from("x".repeat(101)))}`)).status).toBe(403);
  expect((await ask("GET", `${at}/contents/many`)).body).toHaveLength(1000);
  expect((await ask("GET", `${at}/git/trees/main?recursive=1`)).body).toMatchObject({ truncated: true });
  expect((await ask("GET", `${at}/git/trees/main`)).body).toMatchObject({ truncated: false });
  expect(github.violations).toEqual([]);
});
