import type { Shape } from "./call.ts";
import type { Comment, Issue, Label } from "./github-records.ts";
import type { GithubState } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import { accountShape, nodeId } from "./shape-account.ts";
import { apiOf } from "./shape-repository.ts";

export function labelShape(state: GithubState, repository: Repository, { id, name, color, description }: Label): Shape {
  return { id, node_id: nodeId("LA", id), url: `${apiOf(state, repository)}/labels/${encodeURIComponent(name)}`, name, color, default: false, description };
}

/** Pull requests are issues, and come in the lists of issues: what they are is told by `pull_request`. */
export function issueShape(state: GithubState, issue: Issue): Shape {
  const { repository, number, pull } = issue;
  const api = apiOf(state, repository);
  const html = `${state.urls.html}/${repository.fullName}`;
  const url = `${api}/issues/${number}`;
  const page = `${html}/${pull === undefined ? "issues" : "pull"}/${number}`;
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: issue.id,
    node_id: nodeId("I", issue.id),
    number,
    title: issue.title,
    user: accountShape(state, issue.author),
    labels: labelsOf(state, issue),
    state: issue.state,
    locked: false,
    assignee: issue.assignees[0] === undefined ? null : accountShape(state, issue.assignees[0]),
    assignees: issue.assignees.map((login) => accountShape(state, login)),
    milestone: null,
    comments: issue.comments.length,
    created_at: issue.created,
    updated_at: issue.updated,
    closed_at: issue.closed,
    author_association: issue.association,
    active_lock_reason: null,
    body: issue.body,
    closed_by: null,
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: issue.reason,
    sub_issues_summary: {
      total: issue.subIssues.length,
      completed: issue.subIssues.filter((each) => each.state === "closed").length,
      percent_completed: 0,
    },
    ...(issue.parent !== undefined && { parent_issue_url: `${apiOf(state, issue.parent.repository)}/issues/${issue.parent.number}` }),
    ...(pull !== undefined && {
      draft: pull.draft,
      pull_request: {
        url: `${api}/pulls/${number}`,
        html_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
        merged_at: pull.merged?.at ?? null,
      },
    }),
  };
}

export function labelsOf(state: GithubState, { repository, labels }: Issue): readonly Shape[] {
  return labels.map((name) => labelShape(state, repository, repository.label(name)));
}

export function commentShape(state: GithubState, { repository, number }: Issue, comment: Comment): Shape {
  const api = apiOf(state, repository);
  return {
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${state.urls.html}/${repository.fullName}/issues/${number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${number}`,
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    user: accountShape(state, comment.author),
    created_at: comment.created,
    updated_at: comment.updated,
    author_association: comment.association,
    body: comment.body,
    performed_via_github_app: null,
  };
}
