import { invalid, missing, ok, paged, Refusal, repoRoute, type RepoCall, type Route } from "./call.ts";
import type { Job, Run } from "./github-records.ts";
import { jobShape, runShape, workflowId } from "./shape-run.ts";
import { apiOf } from "./shape-repository.ts";

export const actionRoutes: readonly Route[] = [
  repoRoute("GET /actions/runs", "actions=read", async (call) => {
    const { state, repository, query } = call;
    const { branch, event, status, head_sha: sha, actor } = query;
    const shown = repository.runs.filter(
      (run) =>
        (branch === undefined || run.branch === branch) &&
        (event === undefined || run.event === event) &&
        (status === undefined || run.status === status || run.conclusion === status) &&
        (sha === undefined || run.sha === sha) &&
        (actor === undefined || actor === repository.owner),
    );
    const shapes = await Promise.all(shown.map((run) => runShape(state, repository, run)));
    return paged(call, shapes, (items) => ({ total_count: shown.length, workflow_runs: items }));
  }),
  repoRoute("GET /actions/runs/{run_id}", "actions=read", async (call) => ok(await runShape(call.state, call.repository, runOf(call)))),
  repoRoute("GET /actions/runs/{run_id}/jobs", "actions=read", (call) => {
    const { jobs } = runOf(call);
    return paged(
      call,
      jobs.map((job) => jobShape(call.state, call.repository, job)),
      (items) => ({ total_count: jobs.length, jobs: items }),
    );
  }),
  repoRoute("GET /actions/jobs/{job_id}", "actions=read", (call) => ok(jobShape(call.state, call.repository, jobOf(call)))),
  repoRoute("GET /actions/jobs/{job_id}/logs", "actions=read", (call) => {
    const { id } = jobOf(call);
    const signature = call.state.secret(`JOBLOGSIG${id}CANARY`);
    return { status: 302, text: "", headers: { location: `${call.state.urls.downloads}/job-logs/${id}.txt?sv=2021-12-02&sp=r&sig=${signature}` } };
  }),
  repoRoute("POST /actions/workflows/{workflow_id}/dispatches", "actions=write", async (call) => {
    const { repository, body, parameters } = call;
    const ref = await repository.git.ref(`refs/heads/${String(body["ref"]).replace(/^refs\/heads\//, "")}`);
    if (ref === undefined) throw invalid(`No ref found for: ${String(body["ref"])}`);
    const files = (await repository.git.entries(ref.sha)).map(({ path }) => /^\.github\/workflows\/([^/]+\.ya?ml)$/.exec(path)?.[1]);
    const named = parameters["workflow_id"] ?? "";
    const workflow = files.find((file) => file !== undefined && (file === named || String(workflowId(file)) === named));
    if (workflow === undefined) throw missing();
    const run = await repository.run({
      workflow,
      branch: ref.name.slice("refs/heads/".length),
      event: "workflow_dispatch",
      status: "queued",
      conclusion: null,
    });
    Object.assign(run, { inputs: body["inputs"] ?? {} });
    if (body["return_run_details"] !== true) return { status: 204 };
    const url = `${apiOf(call.state, repository)}/actions/runs/${run.id}`;
    return ok({ workflow_run_id: run.id, run_url: url, html_url: `${call.state.urls.html}/${repository.fullName}/actions/runs/${run.id}` });
  }),
  repoRoute("POST /actions/runs/{run_id}/rerun-failed-jobs", "actions=write", (call) => {
    const run = runOf(call);
    if (run.status !== "completed") throw new Refusal(403, "This workflow is already running");
    run.status = "queued";
    run.conclusion = null;
    run.attempt += 1;
    return ok({}, 201);
  }),
  repoRoute("POST /actions/runs/{run_id}/cancel", "actions=write", (call) => {
    const run = runOf(call);
    if (run.status === "completed") throw new Refusal(409, "Cannot cancel a workflow run that is completed.");
    run.status = "completed";
    run.conclusion = "cancelled";
    return ok({}, 202);
  }),
];

export function runOf({ repository, parameters }: RepoCall): Run {
  const found = repository.runs.find((run) => run.id === Number(parameters["run_id"]));
  if (found === undefined) throw missing();
  return found;
}

function jobOf({ repository, parameters }: RepoCall): Job {
  const found = repository.runs.flatMap((run) => run.jobs).find((job) => job.id === Number(parameters["job_id"]));
  if (found === undefined) throw missing();
  return found;
}
