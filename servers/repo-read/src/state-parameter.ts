import { LateDenial } from "@postern/policy";
import { fullRefOf, type RepoAuthority } from "@postern/repositories";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";

const comparison = z.object({ status: z.enum(["ahead", "behind", "diverged", "identical"]) });
const repository = z.object({ default_branch: z.string() });

/**
 * How a state of the repository is asked for; undefined: the default branch. A commit is proven to be part of a branch of
 * the card first: a host answers under a repository's name with the commits of all its forks.
 *
 * Source: Truffle Security, Cross Fork Object Reference (2024).
 */
export async function stateParameter(repo: RepoAuthority, signal: AbortSignal): Promise<string | undefined> {
  const { revision } = repo;
  if (revision === undefined) return undefined;
  if (revision.form !== "sha") return fullRefOf(revision);
  for (const branch of await provingBranches(repo, signal)) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/compare/{basehead}", {
      parameters: { basehead: `${branch}...${revision.sha}`, per_page: 1 },
      signal,
    });
    const { status } = asDocumented(comparison, data);
    if (status === "behind" || status === "identical") return revision.sha;
  }
  throw new LateDenial("repo.ref", "The commit is not part of a branch that the card gives; it may be a fork's.");
}

/** Branches that the card names in full, or else the default one. */
async function provingBranches(repo: RepoAuthority, signal: AbortSignal): Promise<readonly string[]> {
  const named = repo.literalBranches;
  if (named.length > 0) return named.slice(0, 5).map((name) => `refs/heads/${name}`);
  const { data } = await repo.ask("GET /repos/{owner}/{repo}", { signal });
  const { default_branch: name } = asDocumented(repository, data);
  if (!repo.givesBranch(name)) throw new LateDenial("repo.ref", "The card gives commits of its branches, and none is named in full.");
  return [`refs/heads/${name}`];
}
