import type { DenialCode, Neighbor } from "@postern/policy";
import type { RawRepo } from "./repo-target.ts";
import type { RepoScope } from "./repo-scope.ts";

const besidePath = "neighbor-of-all-paths/x";
const besideBranch = "neighbor-of-all-branches";

/** The calls just outside of a card that everybody tries first. Only those that the card does not give. */
export function repoNeighbors({ repos, commits, pullRequests, paths, branches }: RepoScope): readonly Neighbor<RawRepo>[] {
  const [first] = repos.values();
  if (first === undefined) return [];
  const { owner, repo } = first;
  const rows: Neighbor<RawRepo>[] = [];
  const add = (name: string, raw: RawRepo, code: DenialCode): void => void rows.push({ name, raw, operation: "contents", codes: [code] });
  for (const [name, other] of [
    ["repository with the name at its start", { owner, repo: `${repo}2` }],
    ["same name under another owner", { owner: `neighbor-of-${owner}`.slice(0, 39), repo }],
  ] as const) {
    if (!repos.has(`${other.owner}/${other.repo}`.toLowerCase())) add(name, other, "repo.not_allowed");
  }
  add("parent in place of the repository", { owner, repo: ".." }, "repo.not_allowed");
  add("path that leaves the repository", { owner, repo, path: "../../neighbor" }, "repo.path");
  if (paths !== undefined && !paths.some((pattern) => pattern.matches(besidePath))) {
    add("path beside those of the card", { owner, repo, path: besidePath }, "repo.path");
  }
  if (branches !== undefined && !branches.some((pattern) => pattern.matches(besideBranch))) {
    add("branch beside those of the card", { owner, repo, ref: `refs/heads/${besideBranch}` }, "repo.ref");
  }
  add("expression over revisions", { owner, repo, ref: "HEAD~1" }, "repo.ref");
  if (commits === "deny") add("commit by its SHA", { owner, repo, ref: "0123456789abcdef0123456789abcdef01234567" }, "repo.ref");
  if (pullRequests === "deny") add("pull request as a ref", { owner, repo, ref: "refs/pull/1/head" }, "repo.ref");
  return rows;
}
