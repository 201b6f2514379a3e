import type { Shape } from "./call.ts";
import type { Issue, Pull, Review, ReviewComment } from "./github-records.ts";
import type { GithubState } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import { accountShape, nodeId } from "./shape-account.ts";
import { labelsOf } from "./shape-issue.ts";
import { apiOf, repositoryShape } from "./shape-repository.ts";

export type PullIssue = Issue & { readonly pull: Pull };

function side(state: GithubState, repository: Repository, ref: string, sha: string): Shape {
  return {
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: accountShape(state, repository.owner),
    repo: repositoryShape(state, repository, { push: false }),
  };
}

export async function pullShape(state: GithubState, issue: PullIssue): Promise<Shape> {
  const { repository, number, pull } = issue;
  const api = apiOf(state, repository);
  const url = `${api}/pulls/${number}`;
  const page = `${state.urls.html}/${repository.fullName}/pull/${number}`;
  const base = (await repository.git.ref(`refs/heads/${pull.base}`))?.sha ?? "";
  return {
    url,
    id: issue.id,
    node_id: nodeId("PR", issue.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${api}/issues/${number}`,
    number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: accountShape(state, issue.author),
    body: issue.body,
    created_at: issue.created,
    updated_at: issue.updated,
    closed_at: issue.closed,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.sha ?? null,
    assignee: null,
    assignees: issue.assignees.map((login) => accountShape(state, login)),
    requested_reviewers: pull.reviewers.map((login) => accountShape(state, login)),
    requested_teams: [],
    labels: labelsOf(state, issue),
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${number}/comments`,
    statuses_url: `${api}/statuses/${pull.head.sha}`,
    head: side(state, pull.head.repository, pull.head.branch, pull.head.sha),
    base: side(state, repository, pull.base, base),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: `${api}/issues/${number}` },
      comments: { href: `${api}/issues/${number}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: `${api}/statuses/${pull.head.sha}` },
    },
    author_association: issue.association,
    auto_merge: null,
    active_lock_reason: null,
  };
}

export function reviewShape(state: GithubState, { repository, number }: PullIssue, review: Review): Shape {
  const page = `${state.urls.html}/${repository.fullName}/pull/${number}#pullrequestreview-${review.id}`;
  const pull = `${apiOf(state, repository)}/pulls/${number}`;
  return {
    id: review.id,
    node_id: nodeId("PRR", review.id),
    user: accountShape(state, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    author_association: review.association,
    _links: { html: { href: page }, pull_request: { href: pull } },
    ...(review.submitted !== null && { submitted_at: review.submitted }),
    commit_id: review.commit,
  };
}

export function reviewCommentShape(state: GithubState, { repository, number }: PullIssue, comment: ReviewComment): Shape {
  const api = apiOf(state, repository);
  const page = `${state.urls.html}/${repository.fullName}/pull/${number}#discussion_r${comment.id}`;
  const url = `${api}/pulls/comments/${comment.id}`;
  return {
    url,
    pull_request_review_id: comment.review,
    id: comment.id,
    node_id: nodeId("PRRC", comment.id),
    diff_hunk: "",
    path: comment.path,
    commit_id: comment.commit,
    original_commit_id: comment.commit,
    user: accountShape(state, comment.author),
    body: comment.body,
    created_at: comment.created,
    updated_at: comment.updated,
    html_url: page,
    pull_request_url: `${api}/pulls/${number}`,
    author_association: comment.association,
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: `${api}/pulls/${number}` } },
    line: comment.line,
    original_line: comment.line,
    start_line: null,
    original_start_line: null,
    start_side: null,
    side: "RIGHT",
    position: comment.line,
    original_position: comment.line,
    subject_type: "line",
    ...(comment.replyTo !== undefined && { in_reply_to_id: comment.replyTo }),
  };
}
