import { LateDenial } from "@postern/policy";
import type { ChangeAuthority } from "@postern/repositories/write";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";

const repository = z.object({ default_branch: z.string() });

/** A branch that the card gives by a wildcard only must not be the default one: which one that is, the host alone knows. */
export async function needNoDefault(repo: ChangeAuthority, branch: string, signal: AbortSignal): Promise<void> {
  if (repo.namesBranch(branch)) return;
  const { data } = await repo.ask("GET /repos/{owner}/{repo}", { signal });
  if (asDocumented(repository, data).default_branch === branch) {
    throw new LateDenial("repo.ref", "This is the default branch, which is written to only where the card names it in full.");
  }
}
