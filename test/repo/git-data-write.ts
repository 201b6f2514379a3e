import { invalid, missing, ok, Refusal, repoRoute, type RepoCall, type Route } from "./call.ts";
import { GitRefusal } from "./git-command.ts";
import { commitAt, utc, type Signature } from "./git-history.ts";
import { moveRef, writeBlob, writeCommit, writeTree, type TreeChange } from "./git-writes.ts";
import { atLeast } from "./access.ts";
import { gitCommitShape } from "./shape-commit.ts";
import { refShape } from "./shape-ref.ts";
import { apiOf } from "./shape-repository.ts";

export const gitDataWriteRoutes: readonly Route[] = [
  repoRoute("POST /git/refs", "contents=write", async (call) => {
    const { repository, body } = call;
    const { ref: name, sha } = body as { ref: string; sha: string };
    if (!/^refs\/[^/]+\/./.test(name) || (await repository.git.maybe("check-ref-format", name)) === undefined)
      throw invalid("Reference name must start with 'refs/' and be valid");
    if ((await repository.git.ref(name)) !== undefined) throw invalid("Reference already exists");
    const type = /^[0-9a-f]{40}$/.test(sha) ? await repository.git.maybe("cat-file", "-t", sha) : undefined;
    if (type === undefined) throw invalid("Object does not exist");
    await moveOrRefuse(call, name, sha);
    return ok(refShape(call, { name, sha, type }), 201);
  }),
  repoRoute("PATCH /git/refs/{ref}", "contents=write", async (call) => {
    const { repository, body, parameters } = call;
    const { sha, force = false } = body as { sha: string; force?: boolean };
    const ref = await repository.git.ref(`refs/${parameters["ref"] ?? ""}`);
    if (ref === undefined) throw invalid("Reference does not exist");
    const type = /^[0-9a-f]{40}$/.test(sha) ? await repository.git.maybe("cat-file", "-t", sha) : undefined;
    if (type === undefined) throw invalid("Object does not exist");
    if (!force && (await repository.git.maybe("merge-base", "--is-ancestor", ref.sha, sha)) === undefined) throw invalid("Update is not a fast forward");
    await moveOrRefuse(call, ref.name, sha, ref.sha);
    return ok(refShape(call, { name: ref.name, sha, type }));
  }),
  repoRoute("POST /git/blobs", "contents=write", async ({ state, repository, body }) => {
    const { content, encoding = "utf-8" } = body as { content: string; encoding?: string };
    if (encoding !== "utf-8" && encoding !== "base64") throw invalid("encoding is neither utf-8 nor base64");
    const sha = await writeBlob(repository.git, encoding === "base64" ? fromBase64(content) : Buffer.from(content));
    return ok({ sha, url: `${apiOf(state, repository)}/git/blobs/${sha}` }, 201);
  }),
  repoRoute("POST /git/trees", "contents=write", async (call) => {
    const { state, repository, body } = call;
    const { tree, base_tree: base } = body as { tree: readonly NewEntry[]; base_tree?: string };
    if (base !== undefined && (await repository.git.objectOf(base, "tree")) === undefined) throw missing();
    const changes: TreeChange[] = [];
    for (const entry of tree) changes.push(await changeOf(call, entry));
    const sha = await writeTree(repository.git, base, changes).catch((error: unknown) => {
      throw error instanceof GitRefusal ? invalid("tree.path contains a malformed path component") : error;
    });
    const api = apiOf(state, repository);
    const top = (await repository.git.entries(sha)).filter((entry) => !entry.path.includes("/"));
    return ok(
      {
        sha,
        url: `${api}/git/trees/${sha}`,
        tree: top.map(({ path, mode, type, sha: own, size }) => ({
          path,
          mode,
          type,
          sha: own,
          ...(type === "blob" && { size }),
          url: `${api}/git/${type}s/${own}`,
        })),
        truncated: false,
      },
      201,
    );
  }),
  repoRoute("POST /git/commits", "contents=write", async (call) => {
    const { state, repository, body } = call;
    const { message, tree, parents = [], author, committer } = body as unknown as NewCommitBody;
    if ((await repository.git.objectOf(tree, "tree")) !== tree) throw invalid("Tree SHA does not exist");
    for (const parent of parents)
      if ((await repository.git.objectOf(parent, "commit")) !== parent) throw invalid("Parent SHA does not exist or is not a commit object");
    const by = signature(call, author);
    const sha = await writeCommit(repository.git, { tree, parents, message, author: by, committer: committer === undefined ? by : signature(call, committer) });
    return ok(gitCommitShape(state, repository, await commitAt(repository.git, sha)), 201);
  }),
];

interface NewEntry {
  readonly path?: string;
  readonly mode?: string;
  readonly sha?: string | null;
  readonly content?: string;
}

interface NewCommitBody {
  readonly message: string;
  readonly tree: string;
  readonly parents?: readonly string[];
  readonly author?: Partial<Signature>;
  readonly committer?: Partial<Signature>;
}

async function changeOf(call: RepoCall, { path = "", mode = "100644", sha, content }: NewEntry): Promise<TreeChange> {
  if (path === "" || path.startsWith("/")) throw invalid("tree.path cannot start with a slash");
  // Git itself leaves such an entry out, and says nothing.
  if (malformed(path)) throw invalid("tree.path contains a malformed path component");
  refuseWorkflows(call, path);
  if (sha !== undefined && content !== undefined) throw invalid("Must supply either tree.sha or tree.content, not both.");
  if (sha === null) return { path, mode, sha };
  if (sha === undefined && content === undefined) throw invalid("Must supply a valid tree.sha");
  const own = sha ?? (await writeBlob(call.repository.git, Buffer.from(content ?? "")));
  if (mode !== "160000" && (await call.repository.git.maybe("cat-file", "-t", own)) === undefined)
    throw invalid(`tree.sha ${own} is not a valid ${mode === "040000" ? "tree" : "blob"}`);
  return { path, mode, sha: own };
}

export function malformed(path: string): boolean {
  return path.split("/").some((part) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git");
}

/** Who may write contents may not, by that alone, write what runs with the repository's secrets. */
export function refuseWorkflows({ token }: RepoCall, path: string): void {
  if (!path.toLowerCase().startsWith(".github/workflows/") || atLeast(token?.permissions ?? {}, "workflows", "write")) return;
  throw new Refusal(403, "Resource not accessible by integration", {}, { "x-accepted-github-permissions": "contents=write,workflows=write" });
}

export async function moveOrRefuse({ repository }: RepoCall, name: string, to: string, from?: string): Promise<void> {
  try {
    await moveRef(repository.git, name, to, from);
  } catch (error) {
    throw error instanceof GitRefusal ? new Refusal(409, "Reference cannot be updated") : error;
  }
  await repository.followHeads();
}

export function signature({ state, login }: RepoCall, { name = login, email = `${login}@users.example`, date }: Partial<Signature> = {}): Signature {
  return { name, email, date: utc(date ?? state.now()) };
}

export function fromBase64(content: string): Buffer {
  const plain = content.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.length % 4 !== 0) throw invalid("content is not valid Base64");
  return Buffer.from(plain, "base64");
}
