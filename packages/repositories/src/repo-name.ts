/** A repository as its host tells it apart from others: names there are compared without case. */
export interface RepoName {
  /** As the operator or the caller wrote it. */
  readonly owner: string;
  readonly repo: string;
  /** `owner/repo` in lower case: what is compared. */
  readonly key: string;
}

// An owner's name holds one underscore at most, before the short code of an enterprise.
const ownerPattern = /^[a-z0-9](?:-?[a-z0-9])*(?:_[a-z0-9]+)?$/i;
const repoPattern = /^[a-z0-9._-]+$/i;

/**
 * Reads the name of a repository; a string is why it is none. Guarantees that what it accepts is one segment of a URL's path
 * each, which no parser takes for anything else: ASCII letters, digits, `-`, `_` and `.`, no dot segment, and no ending
 * that the host reads as another name of the same repository (`.git`, `.wiki`).
 */
export function readRepoName(owner: string, repo: string): RepoName | string {
  if (owner.length > 100 || !ownerPattern.test(owner)) return "the owner's name has letters, digits and single hyphens";
  if (repo.length > 100 || !repoPattern.test(repo) || /^\.+$/.test(repo)) return "the repository's name has letters, digits, hyphens, underscores and dots";
  if (/\.(?:git|wiki|atom)$/i.test(repo)) return "the repository's name has an ending that stands for something else";
  return { owner, repo, key: `${owner}/${repo}`.toLowerCase() };
}
