import { runOf } from "./actions.ts";
import { one, secretShape } from "./alerts.ts";
import { sees } from "./access.ts";
import { invalid, missing, ok, paged, repoRoute, type RepoCall, type Route, type Shape } from "./call.ts";
import type { Issue } from "./github-records.ts";
import { issueOf, names, reading, writing } from "./issues.ts";
import { pullOf } from "./pulls.ts";
import { reviewOf } from "./reviews.ts";
import { issueShape, labelShape, labelsOf } from "./shape-issue.ts";
import { nodeId } from "./shape-account.ts";
import { reviewShape } from "./shape-pull.ts";
import { refShape } from "./shape-ref.ts";
import { apiOf } from "./shape-repository.ts";
import { runShape, workflowId } from "./shape-run.ts";

/** What beyond-described.ts describes. */
export const beyondRoutes: readonly Route[] = [
  repoRoute("GET /labels/{name}", reading, (call) => {
    const label = call.repository.labels.get((call.parameters["name"] ?? "").toLowerCase());
    if (label === undefined) throw missing();
    return ok(labelShape(call.state, call.repository, label));
  }),
  repoRoute("GET /issues/{issue_number}/labels", reading, (call) => paged(call, labelsOf(call.state, issueOf(call)))),
  repoRoute("PUT /issues/{issue_number}/labels", writing, (call) => {
    const issue = issueOf(call);
    issue.labels = names(call.body["labels"]).map((name) => call.repository.label(name).name);
    return ok(labelsOf(call.state, issue));
  }),
  repoRoute("DELETE /issues/{issue_number}/labels/{name}", writing, (call) => {
    const issue = issueOf(call);
    const gone = (call.parameters["name"] ?? "").toLowerCase();
    if (!issue.labels.some((label) => label.toLowerCase() === gone)) throw missing();
    issue.labels = issue.labels.filter((label) => label.toLowerCase() !== gone);
    return ok(labelsOf(call.state, issue));
  }),
  repoRoute("GET /issues/{issue_number}/parent", "issues=read", (call) => {
    const { parent } = issueOf(call);
    if (parent === undefined || !sees(call.token, parent.repository)) throw missing();
    return ok(issueShape(call.state, parent));
  }),
  repoRoute("POST /issues/{issue_number}/sub_issues", "issues=write", (call) => {
    const issue = issueOf(call);
    const part = byId(call);
    if (part.parent !== undefined && call.body["replace_parent"] !== true) throw invalid("Sub issue may only have one parent");
    if (part === issue) throw invalid("An issue cannot be its own sub-issue");
    part.parent?.subIssues.splice(part.parent.subIssues.indexOf(part), 1);
    part.parent = issue;
    issue.subIssues.push(part);
    return ok(issueShape(call.state, issue), 201);
  }),
  repoRoute("DELETE /issues/{issue_number}/sub_issue", "issues=write", (call) => {
    const issue = issueOf(call);
    const part = byId(call);
    if (part.parent !== issue) throw missing();
    delete part.parent;
    issue.subIssues.splice(issue.subIssues.indexOf(part), 1);
    return ok(issueShape(call.state, issue));
  }),
  repoRoute("DELETE /pulls/{pull_number}/reviews/{review_id}", "pull_requests=write", (call) => {
    const issue = pullOf(call);
    const review = reviewOf(call, issue);
    if (review.state !== "PENDING" || review.author !== call.login) throw invalid("Can not delete a non-pending pull request review");
    issue.pull.reviews.splice(issue.pull.reviews.indexOf(review), 1);
    issue.pull.commentsOfReview.delete(review.id);
    return ok(reviewShape(call.state, issue, review));
  }),
  repoRoute("GET /actions/workflows", "actions=read", async (call) => {
    const files = await workflowsOf(call);
    const shapes = files.map((file) => workflowShape(call, file));
    return paged(call, shapes, (items) => ({ total_count: files.length, workflows: items }));
  }),
  repoRoute("GET /actions/workflows/{workflow_id}", "actions=read", async (call) => ok(workflowShape(call, await workflowOf(call)))),
  repoRoute("GET /actions/workflows/{workflow_id}/runs", "actions=read", async (call) => {
    const file = await workflowOf(call);
    const { branch, event, status, head_sha: sha } = call.query;
    const own = call.repository.runs.filter(
      (run) =>
        run.workflow === file &&
        (branch === undefined || run.branch === branch) &&
        (event === undefined || run.event === event) &&
        (status === undefined || run.status === status || run.conclusion === status) &&
        (sha === undefined || run.sha === sha),
    );
    const shapes = await Promise.all(own.map((run) => runShape(call.state, call.repository, run)));
    return paged(call, shapes, (items) => ({ total_count: own.length, workflow_runs: items }));
  }),
  repoRoute("GET /actions/runs/{run_id}/artifacts", "actions=read", (call) => {
    runOf(call);
    return paged(call, [], (items) => ({ total_count: 0, artifacts: items }));
  }),
  repoRoute("GET /secret-scanning/alerts/{alert_number}", "secret_scanning_alerts=read", (call) => one(call, call.repository.secretAlerts, secretShape)),
  repoRoute("GET /git/matching-refs/{ref}", "contents=read", async (call) => {
    const start = `refs/${call.parameters["ref"] ?? ""}`;
    return ok((await call.repository.git.refs()).filter(({ name }) => name.startsWith(start)).map((ref) => refShape(call, ref)));
  }),
];

/** By its number among all issues of the host: in whichever repository that the token sees. */
function byId({ state, token, body }: RepoCall): Issue {
  const all = [...state.repositories.values()].filter((repository) => sees(token, repository)).flatMap((repository) => [...repository.issues.values()]);
  const found = all.find((issue) => issue.id === body["sub_issue_id"]);
  if (found === undefined) throw missing();
  return found;
}

async function workflowsOf({ repository }: RepoCall): Promise<readonly string[]> {
  const head = await repository.git.commitOf(repository.defaultBranch);
  const paths = head === undefined ? [] : (await repository.git.entries(head)).map(({ path }) => path);
  return paths.flatMap((path) => /^\.github\/workflows\/([^/]+\.ya?ml)$/.exec(path)?.[1] ?? []);
}

async function workflowOf(call: RepoCall): Promise<string> {
  const named = call.parameters["workflow_id"] ?? "";
  const found = (await workflowsOf(call)).find((file) => file === named || String(workflowId(file)) === named);
  if (found === undefined) throw missing();
  return found;
}

function workflowShape({ state, repository }: RepoCall, file: string): Shape {
  const id = workflowId(file);
  const page = `${state.urls.html}/${repository.fullName}`;
  return {
    id,
    node_id: nodeId("W", id),
    name: file.replace(/\.ya?ml$/, ""),
    path: `.github/workflows/${file}`,
    state: "active",
    created_at: repository.created,
    updated_at: repository.created,
    url: `${apiOf(state, repository)}/actions/workflows/${id}`,
    html_url: `${page}/blob/${repository.defaultBranch}/.github/workflows/${file}`,
    badge_url: `${page}/workflows/${file}/badge.svg`,
  };
}
