import { LateDenial } from "@postern/policy";
import type { RepoAuthority } from "@postern/repositories";
import type { output } from "zod";
import { asDocumented } from "./as-documented.ts";
import { givesRun, runSchema } from "./run-row.ts";

/** A run by its number, where the card gives the branch that it is of. */
export async function needRun(repo: RepoAuthority, id: number, signal: AbortSignal): Promise<output<typeof runSchema>> {
  const { data } = await repo.ask("GET /repos/{owner}/{repo}/actions/runs/{run_id}", { parameters: { run_id: id }, signal });
  const run = asDocumented(runSchema, data);
  if (!givesRun(run, repo)) throw new LateDenial("repo.ref", "The run is of a branch that the card does not give.");
  return run;
}
