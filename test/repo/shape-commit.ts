import type { Shape } from "./call.ts";
import type { ChangedFile, Commit } from "./git-history.ts";
import type { GithubState } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import { accountShape, nodeId } from "./shape-account.ts";
import { apiOf } from "./shape-repository.ts";

const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** A git commit, as the database of git has it. */
export function gitCommitShape(state: GithubState, repository: Repository, { sha, tree, parents, author, committer, message }: Commit): Shape {
  const api = apiOf(state, repository);
  const html = `${state.urls.html}/${repository.fullName}/commit`;
  return {
    sha,
    node_id: nodeId("C", Number.parseInt(sha.slice(0, 8), 16)),
    url: `${api}/git/commits/${sha}`,
    html_url: `${html}/${sha}`,
    author,
    committer,
    tree: { sha: tree, url: `${api}/git/trees/${tree}` },
    message,
    parents: parents.map((parent) => ({ sha: parent, url: `${api}/git/commits/${parent}`, html_url: `${html}/${parent}` })),
    verification: unsigned,
  };
}

export function commitShape(state: GithubState, repository: Repository, { sha, tree, parents, author, committer, message }: Commit): Shape {
  const api = apiOf(state, repository);
  const html = `${state.urls.html}/${repository.fullName}/commit`;
  return {
    sha,
    node_id: nodeId("C", Number.parseInt(sha.slice(0, 8), 16)),
    commit: {
      author,
      committer,
      message,
      tree: { sha: tree, url: `${api}/git/trees/${tree}` },
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${api}/commits/${sha}`,
    html_url: `${html}/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    author: loginOf(state, author.email),
    committer: loginOf(state, committer.email),
    parents: parents.map((parent) => ({ sha: parent, url: `${api}/commits/${parent}`, html_url: `${html}/${parent}` })),
  };
}

/** Addresses of the fake name their account: ada@users.example is ada's. */
function loginOf(state: GithubState, email: string): Shape | null {
  const login = /^([\w-]+)@users\.example$/.exec(email)?.[1];
  return login === undefined ? null : accountShape(state, login);
}

export function fileShape(state: GithubState, repository: Repository, at: string, file: ChangedFile): Shape {
  const path = file.filename.split("/").map(encodeURIComponent).join("/");
  const html = `${state.urls.html}/${repository.fullName}`;
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${at}/${path}`,
    raw_url: `${html}/raw/${at}/${path}`,
    contents_url: `${apiOf(state, repository)}/contents/${path}?ref=${at}`,
    ...(file.patch !== undefined && { patch: file.patch }),
    ...(file.previous !== undefined && { previous_filename: file.previous }),
  };
}
