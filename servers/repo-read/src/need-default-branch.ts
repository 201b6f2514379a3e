import { LateDenial } from "@postern/policy";
import type { RepoAuthority } from "@postern/repositories";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";

const repository = z.object({ default_branch: z.string() });

/** A search is over the default branch: where the card names branches, that has to be one of them. */
export async function needDefaultBranch(repo: RepoAuthority, signal: AbortSignal): Promise<void> {
  if (!repo.boundToBranches) return;
  const { data } = await repo.ask("GET /repos/{owner}/{repo}", { signal });
  if (!repo.givesBranch(asDocumented(repository, data).default_branch)) {
    throw new LateDenial("repo.search", "A search is over the default branch, which the card does not give.");
  }
}
