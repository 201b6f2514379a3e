import { Failure } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository, number, pageOf } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { needRun } from "./need-run.ts";
import { givesRun, jobSchema, runSchema } from "./run-row.ts";

export const actionsList = tool({
  name: "actions_list",
  title: "List workflow runs or jobs",
  description: "List runs of a repository's workflows, or the jobs of a run.",
  effect: "read",
  needs: ["metadata:read", "actions:read"],
  input: z.strictObject({
    ...inRepository,
    method: z.enum(["list_workflow_runs", "list_workflow_jobs"]),
    resource_id: z
      .string()
      .regex(/^\d{1,16}$/, "a number")
      .optional()
      .describe("Of the run; for list_workflow_jobs."),
    page: number.optional(),
    per_page: z.int().min(1).max(100).optional(),
  }),
  targets: { repo: repoTarget("runs") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { method, resource_id: id, page, per_page: perPage } = input;
    const parameters = pageOf({ page, perPage });
    if (method === "list_workflow_runs") {
      const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/actions/runs", { parameters, signal });
      const { workflow_runs: all } = asDocumented(z.object({ workflow_runs: z.array(runSchema) }), data);
      const given = all.filter((run) => givesRun(run, repo));
      return rowsAnswer(given, { from: repo.name, page, more, withheld: all.length - given.length });
    }
    if (id === undefined) throw new Failure("repo.rejected", "The jobs of a run are asked for with the run's number as resource_id.");
    await needRun(repo, Number(id), signal);
    const asked = { ...parameters, run_id: Number(id) };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs", { parameters: asked, signal });
    return rowsAnswer(asDocumented(z.object({ jobs: z.array(jobSchema) }), data).jobs, { from: repo.name, page, more });
  },
});
