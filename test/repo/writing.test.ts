import { describe, expect, test } from "vitest";
import { asking } from "./asking.ts";
import { filled } from "./filled.ts";

const repo = "/repos/acme/widget";

describe("writing changes the real repository", () => {
  test("files of a commit that is put together, on a branch that is made for it", async () => {
    await using github = await filled();
    const [ask, widget] = [asking(github, "both"), github.repository("acme/widget")];
    const head = await widget.head();
    await ask("POST", `${repo}/git/refs`, { ref: "refs/heads/agent/two", sha: head });
    const entries = [
      { path: "docs/a.md", mode: "100644", type: "blob", content: "a\n" },
      { path: "secret/key.txt", mode: "100644", type: "blob", sha: null },
    ];
    const tree = (await ask("POST", `${repo}/git/trees`, { base_tree: head, tree: entries })).body as { readonly sha: string };
    const commit = (await ask("POST", `${repo}/git/commits`, { message: "Both at once", tree: tree.sha, parents: [head] })).body as { readonly sha: string };
    expect((await ask("PATCH", `${repo}/git/refs/heads%2Fagent%2Ftwo`, { sha: commit.sha, force: false })).status).toBe(200);
    expect(await widget.git.text("diff", "--name-status", "main", "agent/two")).toBe("A\tdocs/a.md\nD\tsecret/key.txt");
    expect(await widget.git.text("log", "-1", "--format=%an %s", "agent/two")).toBe("octo-agent Both at once");
    expect((await ask("PATCH", `${repo}/git/refs/heads%2Fagent%2Ftwo`, { sha: head, force: false })).status).toBe(422);
    expect(await widget.head("agent/two")).toBe(commit.sha);
    expect(await widget.git.maybe("fsck", "--strict")).toBeDefined();
    expect(github.violations).toEqual([]);
  });

  test("one file, and only for who knows what is there", async () => {
    await using github = await filled();
    const [ask, widget] = [asking(github, "both"), github.repository("acme/widget")];
    const before = await widget.head();
    const guide = (await widget.git.entries(before)).find(({ path }) => path === "docs/guide.md")?.sha;
    const put = (path: string, more: object): ReturnType<typeof ask> =>
      ask("PUT", `${repo}/contents/${path}`, { message: "Write", content: Buffer.from("new\n").toString("base64"), branch: "main", ...more });
    const refused: readonly (readonly [string, object, number])[] = [
      ["docs/guide.md", {}, 422],
      ["docs/guide.md", { sha: before }, 409],
      ["docs/new.md", { sha: guide }, 409],
      ["docs/new.md", { branch: "nowhere" }, 404],
      ["docs/new.md", { content: "no base64!" }, 422],
      ["docs", {}, 422],
      ["README.md/below", {}, 422],
      [".github/workflows/x.yml", {}, 403],
      [".git/config", {}, 422],
    ];
    for (const [path, more, status] of refused) expect([path, more, (await put(path, more)).status]).toEqual([path, more, status]);
    expect(await widget.head()).toBe(before);
    expect((await put("docs/guide.md", { sha: guide })).status).toBe(200);
    expect((await put("docs/new.md", {})).status).toBe(201);
    expect((await ask("DELETE", `${repo}/contents/README.md`, { message: "Gone", sha: guide, branch: "main" })).status).toBe(409);
    const readme = (await widget.git.entries(before)).find(({ path }) => path === "README.md")?.sha;
    expect((await ask("DELETE", `${repo}/contents/README.md`, { message: "Gone", sha: readme, branch: "main" })).status).toBe(200);
    expect(await widget.git.text("diff", "--name-status", before, "main")).toBe("D\tREADME.md\nM\tdocs/guide.md\nA\tdocs/new.md");
    expect(github.violations).toEqual([]);
  });

  test("no tree has an entry beside it", async () => {
    await using github = await filled();
    for (const path of ["../x", "a/../x", "/x", ".git/config", "a//b"]) {
      const { status } = await asking(github, "both")("POST", `${repo}/git/trees`, { tree: [{ path, mode: "100644", type: "blob", content: "x" }] });
      expect([path, status]).toEqual([path, 422]);
    }
  });

  test("a pull request follows its head, and is merged as it was read", async () => {
    await using github = await filled();
    const [ask, widget] = [asking(github, "both"), github.repository("acme/widget")];
    const made = (await ask("POST", `${repo}/pulls`, { title: "A change", head: "agent/one", base: "main" })).body as { readonly number: number };
    const at = `${repo}/pulls/${made.number}`;
    expect((await ask("POST", `${repo}/pulls`, { title: "Again", head: "agent/one", base: "main" })).status).toBe(422);
    const read = await widget.head("agent/one");
    const later = await widget.commit("agent/one", { message: "More", files: { "more.txt": "more\n" } });
    expect((await ask("GET", at)).body).toMatchObject({ head: { sha: later }, commits: 2, changed_files: 3, mergeable: true });
    expect((await widget.git.ref(`refs/pull/${made.number}/head`))?.sha).toBe(later);
    expect((await ask("PUT", `${at}/merge`, { sha: read })).status).toBe(409);
    await widget.commit("main", { message: "Beside it", files: { "beside.txt": "x\n" } });
    expect((await ask("PUT", `${at}/update-branch`, { expected_head_sha: read })).status).toBe(422);
    expect((await ask("PUT", `${at}/update-branch`, { expected_head_sha: later })).status).toBe(202);
    const { sha } = (await ask("PUT", `${at}/merge`, { sha: await widget.head("agent/one"), merge_method: "squash" })).body as { readonly sha: string };
    expect(await widget.head()).toBe(sha);
    expect(await widget.git.text("show", "main:docs/guide.md")).toBe("alpha\ngamma");
    expect(await widget.git.text("show", "main:beside.txt")).toBe("x");
    expect((await ask("GET", at)).body).toMatchObject({ state: "closed", merged: true, merge_commit_sha: sha });
    expect((await ask("PUT", `${at}/merge`, {})).status).toBe(405);
    expect(github.violations).toEqual([]);
  });

  test("two sides that changed the same line are not merged", async () => {
    await using github = await filled();
    const [ask, widget] = [asking(github, "both"), github.repository("acme/widget")];
    const { number } = await widget.pull({ head: "agent/one", title: "A change", author: "ada" });
    await widget.commit("main", { files: { "docs/guide.md": "alpha\ndelta\n" } });
    expect((await ask("GET", `${repo}/pulls/${number}`)).body).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
    expect((await ask("PUT", `${repo}/pulls/${number}/merge`, {})).status).toBe(405);
  });

  test("nobody approves what is their own", async () => {
    await using github = await filled();
    const [ask, widget] = [asking(github, "both"), github.repository("acme/widget")];
    const [mine, theirs] = [
      await widget.pull({ head: "agent/one", title: "Mine", author: "octo-agent" }),
      await widget.pull({ head: "mallory:main", title: "Theirs" }),
    ];
    const approve = async ({ number }: { readonly number: number }): Promise<number> =>
      (await ask("POST", `${repo}/pulls/${number}/reviews`, { event: "APPROVE" })).status;
    expect([await approve(mine), await approve(theirs)]).toEqual([422, 200]);
    expect([mine.pull.reviews.length, theirs.pull.reviews.map(({ state }) => state)]).toEqual([0, ["APPROVED"]]);
  });

  test("a workflow is started where it is, with what it is given", async () => {
    await using github = await filled();
    const [ask, widget] = [asking(github, "both"), github.repository("acme/widget")];
    const start = async (file: string, ref: string): Promise<number> =>
      (await ask("POST", `${repo}/actions/workflows/${file}/dispatches`, { ref, inputs: { level: "high" } })).status;
    expect([await start("other.yml", "main"), await start("ci.yml", "nowhere"), await start("ci.yml", "agent/one")]).toEqual([404, 422, 204]);
    expect(widget.runs).toMatchObject([{ workflow: "ci.yml", branch: "agent/one", event: "workflow_dispatch", inputs: { level: "high" } }]);
  });
});
