import type { Shape } from "./call.ts";
import { commitAt } from "./git-history.ts";
import type { Job, Run } from "./github-records.ts";
import type { GithubState } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import { accountShape, nodeId } from "./shape-account.ts";
import { apiOf, minimalRepository } from "./shape-repository.ts";

export async function runShape(state: GithubState, repository: Repository, run: Run): Promise<Shape> {
  const api = apiOf(state, repository);
  const url = `${api}/actions/runs/${run.id}`;
  const { tree, message, author, committer } = await commitAt(repository.git, run.sha);
  return {
    id: run.id,
    name: run.workflow.replace(/\.ya?ml$/, ""),
    node_id: nodeId("WFR", run.id),
    head_branch: run.branch,
    head_sha: run.sha,
    path: `.github/workflows/${run.workflow}`,
    display_title: message.split("\n")[0] ?? "",
    run_number: run.number,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowId(run.workflow),
    check_suite_id: run.id + 1,
    check_suite_node_id: nodeId("CS", run.id + 1),
    url,
    html_url: `${state.urls.html}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.created,
    updated_at: run.created,
    actor: accountShape(state, repository.owner),
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: run.created,
    triggering_actor: accountShape(state, repository.owner),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.id + 1}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${api}/actions/workflows/${workflowId(run.workflow)}`,
    head_commit: { id: run.sha, tree_id: tree, message, timestamp: author.date, author: named(author), committer: named(committer) },
    repository: minimalRepository(state, repository),
    head_repository: minimalRepository(state, repository),
  };
}

function named({ name, email }: { readonly name: string; readonly email: string }): Shape {
  return { name, email };
}

/** The number that stands for a workflow's file. */
export function workflowId(file: string): number {
  return [...file].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 7);
}

export function jobShape(state: GithubState, repository: Repository, { id, name, status, conclusion, run }: Job): Shape {
  const api = apiOf(state, repository);
  return {
    id,
    run_id: run.id,
    workflow_name: run.workflow.replace(/\.ya?ml$/, ""),
    head_branch: run.branch,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    node_id: nodeId("CR", id),
    head_sha: run.sha,
    url: `${api}/actions/jobs/${id}`,
    html_url: `${state.urls.html}/${repository.fullName}/actions/runs/${run.id}/job/${id}`,
    status,
    conclusion,
    created_at: run.created,
    started_at: run.created,
    completed_at: status === "completed" ? run.created : null,
    name,
    steps: [{ name: "Run it", status, conclusion, number: 1, started_at: run.created, completed_at: run.created }],
    check_run_url: `${api}/check-runs/${id}`,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "runner-1",
    runner_group_id: 1,
    runner_group_name: "default",
  };
}

/** A job is a check, too. */
export function checkShape(state: GithubState, repository: Repository, job: Job): Shape {
  const { id, name, status, conclusion, run } = job;
  const { html } = state.urls;
  return {
    id,
    name,
    node_id: nodeId("CR", id),
    head_sha: run.sha,
    external_id: String(id),
    url: `${apiOf(state, repository)}/check-runs/${id}`,
    html_url: `${html}/${repository.fullName}/runs/${id}`,
    details_url: `${html}/${repository.fullName}/runs/${id}`,
    status,
    conclusion,
    started_at: run.created,
    completed_at: run.created,
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${apiOf(state, repository)}/check-runs/${id}/annotations` },
    check_suite: { id: run.id + 1 },
    app: null,
    pull_requests: [],
  };
}
