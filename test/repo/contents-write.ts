import { invalid, missing, ok, Refusal, repoRoute, type RepoCall, type Route, type Shape } from "./call.ts";
import { base } from "./contents.ts";
import { commitAt, type Signature } from "./git-history.ts";
import type { Ref, TreeEntry } from "./git-repository.ts";
import { writeBlob, writeCommit, writeTree, type TreeChange } from "./git-writes.ts";
import { fromBase64, malformed, moveOrRefuse, refuseWorkflows, signature } from "./git-data-write.ts";
import { gitCommitShape } from "./shape-commit.ts";

interface Body {
  readonly message: string;
  readonly content?: string;
  readonly sha?: string;
  readonly branch?: string;
  readonly author?: Partial<Signature>;
  readonly committer?: Partial<Signature>;
}

export const contentsWriteRoutes: readonly Route[] = [
  repoRoute("PUT /contents/{path}", "contents=write", async (call) => {
    const { repository, limits } = call;
    const body = call.body as unknown as Body;
    const { path, branch, entries, entry } = await placeOf(call, body);
    const bytes = fromBase64(body.content ?? "");
    if (bytes.length > limits.blobBytes) throw new Refusal(422, "The file is too large");
    if (entry?.type === "tree") throw invalid("path is a directory");
    const above = path
      .split("/")
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    if (entries.some((each) => each.type !== "tree" && above.includes(each.path))) throw invalid("path contains a file where a directory should be");
    if (entry !== undefined && body.sha === undefined) throw invalid('Invalid request.\n\n"sha" wasn\'t supplied.');
    if (entry?.sha !== body.sha) throw new Refusal(409, `${path} does not match ${String(body.sha)}`);
    const mode = entry?.mode === "100755" ? "100755" : "100644";
    const commit = await commitChange(call, body, branch, { path, mode, sha: await writeBlob(repository.git, bytes) });
    const written = (await repository.git.entries(String(commit["sha"]))).find((each) => each.path === path);
    if (written === undefined) throw new Error("what was written is not there");
    const name = branch?.name.slice("refs/heads/".length) ?? repository.defaultBranch;
    return ok({ content: await base(call, name, written, []), commit }, entry === undefined ? 201 : 200);
  }),
  repoRoute("DELETE /contents/{path}", "contents=write", async (call) => {
    const body = call.body as unknown as Body;
    const { path, branch, entry } = await placeOf(call, body);
    if (entry === undefined || entry.type === "tree") throw missing();
    if (entry.sha !== body.sha) throw new Refusal(409, `${path} does not match ${String(body.sha)}`);
    return ok({ content: null, commit: await commitChange(call, body, branch, { path, mode: entry.mode, sha: null }) });
  }),
];

interface Place {
  readonly path: string;
  /** Undefined in a repository without a commit. */
  readonly branch: Ref | undefined;
  readonly entries: readonly TreeEntry[];
  readonly entry: TreeEntry | undefined;
}

async function placeOf(call: RepoCall, body: Body): Promise<Place> {
  const { repository } = call;
  const path = (call.parameters["path"] ?? "").replaceAll(/^\/+|\/+$/g, "");
  if (malformed(path)) throw invalid("path contains a malformed path component");
  refuseWorkflows(call, path);
  const name = (body.branch ?? repository.defaultBranch).replace(/^refs\/heads\//, "");
  const branch = await repository.git.ref(`refs/heads/${name}`);
  if (branch === undefined && (body.branch !== undefined || (await repository.git.refs()).length > 0)) throw new Refusal(404, `Branch ${name} not found`);
  const entries = branch === undefined ? [] : await repository.git.entries(branch.sha);
  return { path, branch, entries, entry: entries.find((each) => each.path === path) };
}

async function commitChange(call: RepoCall, { message, author, committer }: Body, branch: Ref | undefined, change: TreeChange): Promise<Shape> {
  const { state, repository } = call;
  const tree = await writeTree(repository.git, branch?.sha, [change]);
  const by = signature(call, committer ?? author);
  const parents = branch === undefined ? [] : [branch.sha];
  const sha = await writeCommit(repository.git, { tree, parents, message, author: author === undefined ? by : signature(call, author), committer: by });
  await moveOrRefuse(call, branch?.name ?? `refs/heads/${repository.defaultBranch}`, sha, branch?.sha);
  return gitCommitShape(state, repository, await commitAt(repository.git, sha));
}
