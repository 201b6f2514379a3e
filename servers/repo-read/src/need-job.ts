import type { RepoAuthority } from "@postern/repositories";
import type { output } from "zod";
import { asDocumented } from "./as-documented.ts";
import { needRun } from "./need-run.ts";
import { jobSchema } from "./run-row.ts";

/** A job by its number, where the card gives the branch of its run. */
export async function needJob(repo: RepoAuthority, id: number, signal: AbortSignal): Promise<output<typeof jobSchema>> {
  const { data } = await repo.ask("GET /repos/{owner}/{repo}/actions/jobs/{job_id}", { parameters: { job_id: id }, signal });
  const job = asDocumented(jobSchema, data);
  if (repo.boundToBranches) await needRun(repo, job.run_id, signal);
  return job;
}
