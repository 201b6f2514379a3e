import { tool } from "@postern/runtime";
import { z } from "zod";
import { inRepository } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { needJob } from "./need-job.ts";
import { needRun } from "./need-run.ts";

export const actionsGet = tool({
  name: "actions_get",
  title: "Get workflow run or job",
  description: "Get a workflow run or one of its jobs.",
  effect: "read",
  needs: ["metadata:read", "actions:read"],
  input: z.strictObject({
    ...inRepository,
    method: z.enum(["get_workflow_run", "get_workflow_job"]),
    resource_id: z
      .string()
      .regex(/^\d{1,16}$/, "a number")
      .describe("Of the run or the job."),
  }),
  targets: { repo: repoTarget("runs") },
  async run({ input: { method, resource_id: id }, targets: { repo }, context: { signal } }) {
    const found = method === "get_workflow_run" ? await needRun(repo, Number(id), signal) : await needJob(repo, Number(id), signal);
    return rowsAnswer(found, { from: repo.name });
  },
});
