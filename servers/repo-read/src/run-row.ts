import { z } from "zod";

export const runSchema = z.object({
  id: z.int(),
  name: z.string().nullish(),
  head_branch: z.string().nullish(),
  head_sha: z.string(),
  event: z.string(),
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  run_number: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const jobSchema = z.object({
  id: z.int(),
  run_id: z.int(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
  steps: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullish(), number: z.int() })).optional(),
});

/** Whether the card gives a run: that of a branch which it gives. Runs of pull requests from elsewhere bear the names of foreign branches. */
export function givesRun(run: z.output<typeof runSchema>, repo: { readonly boundToBranches: boolean; givesBranch(name: string): boolean }): boolean {
  return !repo.boundToBranches || (typeof run.head_branch === "string" && run.event !== "pull_request" && repo.givesBranch(run.head_branch));
}
