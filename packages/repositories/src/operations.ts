/**
 * Every request that reading may send, as the host documents it. No other leaves, whatever asks for it: a token that may only
 * read can still write a comment on a commit.
 */
export const readOperations = [
  "GET /repos/{owner}/{repo}",
  "GET /repos/{owner}/{repo}/contents/{path}",
  "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
  "GET /repos/{owner}/{repo}/branches",
  "GET /repos/{owner}/{repo}/tags",
  "GET /repos/{owner}/{repo}/commits",
  "GET /repos/{owner}/{repo}/commits/{ref}",
  "GET /repos/{owner}/{repo}/compare/{basehead}",
] as const;

export type ReadOperation = (typeof readOperations)[number];
