import { Failure, LateDenial } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { branchName, inRepository } from "./parameters.ts";

const run = z.object({ head_branch: z.string().nullish(), path: z.string().optional() });

export const actionsRunTrigger = tool({
  name: "actions_run_trigger",
  title: "Run workflow",
  description: "Run a workflow, run the failed jobs of a run again, or cancel a run.",
  effect: "irreversible",
  needs: ["metadata:read", "actions:write"],
  input: z.strictObject({
    ...inRepository,
    method: z.enum(["run_workflow", "rerun_failed_jobs", "cancel_workflow_run"]),
    workflow_id: z.string().max(100).optional().describe("Name of the workflow's file, for run_workflow."),
    ref: branchName.optional().describe("Branch to run it on, for run_workflow."),
    inputs: z.record(z.string().regex(/^[\w-]{1,100}$/, "a name"), z.string().max(1000)).optional(),
    run_id: z.int().min(1).optional().describe("For the others."),
  }),
  targets: { repo: changeTarget("workflow_id", "ref") },
  foresee: () => ({ would: "run, run again or cancel a workflow" }),
  async run({ input: { method, inputs, run_id: id }, targets: { repo }, context: { signal } }) {
    if (method === "run_workflow") {
      const { workflow, base } = repo;
      if (workflow === undefined || base === undefined) throw new Failure("repo.rejected", "A workflow is run by workflow_id and ref. Nothing was changed.");
      const { change } = await repo.send("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", {
        parameters: { workflow_id: workflow },
        body: { ref: base, ...(inputs !== undefined && { inputs }) },
        signal,
      });
      return done({ workflow, ref: base }, [change]);
    }
    if (id === undefined) throw new Failure("repo.rejected", "A run is named by run_id. Nothing was changed.");
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/actions/runs/{run_id}", { parameters: { run_id: id }, signal });
    const { head_branch: branch, path = "" } = asDocumented(run, data);
    const file = path.split("@", 1)[0]?.split("/").at(-1) ?? "";
    if (!repo.givesWorkflow(file) || typeof branch !== "string" || !(repo.givesBase(branch) || repo.givesBranch(branch))) {
      throw new LateDenial("repo.ref", "The run is of a workflow or a branch that the card does not give. Nothing was changed.");
    }
    const operation =
      method === "cancel_workflow_run"
        ? "POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel"
        : "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
    const { change } = await repo.send(operation, { parameters: { run_id: id }, signal });
    return done({ run: id, method }, [change]);
  },
});
