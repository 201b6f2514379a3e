import { invalid, missing, ok, paged, Refusal, repoRoute, type RepoCall, type Route } from "./call.ts";
import type { Issue } from "./github-records.ts";
import { commentShape, issueShape, labelShape, labelsOf } from "./shape-issue.ts";

export const reading = "issues=read; pull_requests=read";
export const writing = "issues=write; pull_requests=write";

export const issueRoutes: readonly Route[] = [
  repoRoute("GET /issues", "issues=read", (call) => {
    const { state, repository, query } = call;
    const { state: wanted = "open", labels, creator, assignee, since, sort = "created", direction = "desc" } = query;
    const all = [...repository.issues.values()].filter(
      (issue) =>
        issue.moved === undefined &&
        (wanted === "all" || issue.state === wanted) &&
        (labels === undefined || labels.split(",").every((label) => issue.labels.some((own) => own.toLowerCase() === label.toLowerCase()))) &&
        (creator === undefined || issue.author.toLowerCase() === creator.toLowerCase()) &&
        (assignee === undefined || assignee === "*" || issue.assignees.includes(assignee)) &&
        (since === undefined || issue.updated >= since),
    );
    return paged(
      call,
      ordered(all, sort, direction).map((issue) => issueShape(state, issue)),
    );
  }),
  repoRoute("POST /issues", "issues=write", ({ state, repository, body, login }) => {
    const labels = names(body["labels"]);
    const issue = repository.issue({ title: String(body["title"]), body: textOrNull(body["body"]), author: login, association: "MEMBER", labels });
    issue.assignees = names(body["assignees"], "login");
    return ok(issueShape(state, issue), 201);
  }),
  repoRoute("GET /issues/{issue_number}", reading, (call) => {
    const { state, repository } = call;
    const found = issueOf(call, { moved: true });
    if (found.moved === undefined) return ok(issueShape(state, found));
    const location = `${state.urls.api}/repositories/${found.moved.repository.id}/issues/${found.moved.number}`;
    const body = { message: "Moved Permanently", url: location, documentation_url: "https://docs.github.com/rest" };
    return repository === found.moved.repository ? ok(issueShape(state, found.moved)) : { status: 301, body, headers: { location } };
  }),
  repoRoute("PATCH /issues/{issue_number}", writing, (call) => {
    const { state, body } = call;
    const issue = issueOf(call);
    const title = body["title"];
    if (typeof title === "string" || typeof title === "number") issue.title = String(title);
    if (body["body"] !== undefined) issue.body = textOrNull(body["body"]);
    if (body["labels"] !== undefined) issue.labels = names(body["labels"]).map((name) => call.repository.label(name).name);
    if (body["assignees"] !== undefined) issue.assignees = names(body["assignees"], "login");
    const wanted = body["state"];
    if (wanted === "open" || wanted === "closed") {
      if (issue.pull?.merged !== null && issue.pull !== undefined && wanted === "open") throw invalid("Validation Failed");
      issue.state = wanted;
      issue.closed = wanted === "closed" ? state.now() : null;
      issue.reason = typeof body["state_reason"] === "string" ? body["state_reason"] : wanted === "closed" ? "completed" : "reopened";
    }
    issue.updated = state.now();
    return ok(issueShape(state, issue));
  }),
  repoRoute("GET /issues/{issue_number}/comments", reading, (call) => {
    const issue = issueOf(call);
    const since = call.query["since"];
    const shown = issue.comments.filter((comment) => since === undefined || comment.updated >= since);
    return paged(
      call,
      shown.map((comment) => commentShape(call.state, issue, comment)),
    );
  }),
  repoRoute("POST /issues/{issue_number}/comments", writing, (call) => {
    const issue = issueOf(call);
    const comment = call.repository.comment(issue, { body: String(call.body["body"]), author: call.login, association: "MEMBER" });
    return ok(commentShape(call.state, issue, comment), 201);
  }),
  repoRoute("GET /labels", reading, (call) =>
    paged(
      call,
      [...call.repository.labels.values()].map((label) => labelShape(call.state, call.repository, label)),
    ),
  ),
  repoRoute("POST /issues/{issue_number}/labels", writing, (call) => {
    const issue = issueOf(call);
    for (const name of names(call.body["labels"])) {
      const label = call.repository.label(name).name;
      if (!issue.labels.includes(label)) issue.labels.push(label);
    }
    return ok(labelsOf(call.state, issue));
  }),
  repoRoute("GET /issues/{issue_number}/sub_issues", "issues=read", (call) =>
    paged(
      call,
      issueOf(call).subIssues.map((issue) => issueShape(call.state, issue)),
    ),
  ),
];

function ordered(issues: readonly Issue[], sort: string, direction: string): readonly Issue[] {
  const key = ({ created, updated, comments, number }: Issue): string =>
    `${sort === "updated" ? updated : sort === "comments" ? String(comments.length).padStart(6, "0") : created} ${String(number).padStart(9, "0")}`;
  const up = issues.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
  return direction === "asc" ? up : up.toReversed();
}

export function issueOf({ state, repository, parameters }: RepoCall, { moved = false } = {}): Issue {
  const found = repository.issues.get(Number(parameters["issue_number"]));
  if (found === undefined) throw missing();
  if (found.moved !== undefined && !moved) {
    const location = `${state.urls.api}/repositories/${found.moved.repository.id}/issues/${found.moved.number}`;
    throw new Refusal(301, "Moved Permanently", { url: location }, { location });
  }
  return found;
}

export function names(list: unknown, key = "name"): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((each: unknown) => (typeof each === "object" && each !== null ? String((each as Record<string, unknown>)[key]) : String(each)));
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
