import { invalid, missing, ok, repoRoute, type RepoCall, type Route } from "./call.ts";
import type { Review, ReviewComment } from "./github-records.ts";
import { pullOf } from "./pulls.ts";
import { pullShape, reviewCommentShape, reviewShape, type PullIssue } from "./shape-pull.ts";

type Event = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
const states: Readonly<Record<Event, Review["state"]>> = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" };

interface Body {
  readonly commit_id?: string;
  readonly body?: string;
  readonly event?: Event;
  readonly comments?: readonly { readonly path: string; readonly body: string; readonly line?: number; readonly position?: number }[];
}

export const reviewRoutes: readonly Route[] = [
  repoRoute("POST /pulls/{pull_number}/reviews", "pull_requests=write", (call) => {
    const { state, login } = call;
    const issue = pullOf(call);
    const { commit_id: commit = issue.pull.head.sha, body = "", event, comments = [] } = call.body as Body;
    if (issue.pull.reviews.some((review) => review.author === login && review.state === "PENDING"))
      throw invalid("Unprocessable Entity", [{ message: "User can only have one pending review per pull request" }]);
    const review: Review = { id: state.id(), author: login, association: "MEMBER", body, state: "PENDING", commit, submitted: null };
    if (event !== undefined) submit(call, issue, review, event, body);
    issue.pull.reviews.push(review);
    const made = comments.map((comment) =>
      commentBy(call, { path: comment.path, body: comment.body, line: comment.line ?? comment.position ?? null, commit, review: review.id }),
    );
    if (event === undefined) issue.pull.commentsOfReview.set(review.id, made);
    else issue.pull.comments.push(...made);
    return ok(reviewShape(state, issue, review));
  }),
  repoRoute("POST /pulls/{pull_number}/reviews/{review_id}/events", "pull_requests=write", (call) => {
    const issue = pullOf(call);
    const review = reviewOf(call, issue);
    const { event = "COMMENT", body = review.body } = call.body as Body;
    if (review.state !== "PENDING") throw invalid("Can not submit a review that is not pending");
    submit(call, issue, review, event, body);
    issue.pull.comments.push(...(issue.pull.commentsOfReview.get(review.id) ?? []));
    issue.pull.commentsOfReview.delete(review.id);
    return ok(reviewShape(call.state, issue, review));
  }),
  repoRoute("POST /pulls/{pull_number}/comments/{comment_id}/replies", "pull_requests=write", (call) => {
    const issue = pullOf(call);
    const to = issue.pull.comments.find((comment) => comment.id === Number(call.parameters["comment_id"]));
    if (to === undefined) throw missing();
    const { path, line, commit, review } = to;
    const made = commentBy(call, { path, line, commit, review, body: String(call.body["body"]), replyTo: to.replyTo ?? to.id });
    issue.pull.comments.push(made);
    return ok(reviewCommentShape(call.state, issue, made), 201);
  }),
  repoRoute("POST /pulls/{pull_number}/requested_reviewers", "pull_requests=write", async (call) => {
    const issue = pullOf(call);
    const { reviewers = [] } = call.body as { reviewers?: readonly string[] };
    if (reviewers.includes(issue.author)) throw invalid("Review cannot be requested from pull request author.");
    issue.pull.reviewers = [...new Set([...issue.pull.reviewers, ...reviewers])];
    return ok(await pullShape(call.state, issue), 201);
  }),
];

function submit({ state, login }: RepoCall, issue: PullIssue, review: Review, event: Event, body: string): void {
  if (event !== "COMMENT" && issue.author === login)
    throw invalid("Unprocessable Entity", [{ message: `Can not ${event === "APPROVE" ? "approve" : "request changes on"} your own pull request` }]);
  if (event !== "APPROVE" && body === "") throw invalid("Unprocessable Entity", [{ message: "Body can't be blank" }]);
  review.state = states[event];
  review.body = body;
  review.submitted = state.now();
}

export function reviewOf({ parameters }: RepoCall, issue: PullIssue): Review {
  const found = issue.pull.reviews.find((review) => review.id === Number(parameters["review_id"]));
  if (found === undefined) throw missing();
  return found;
}

function commentBy({ state, login }: RepoCall, made: Omit<ReviewComment, "id" | "author" | "association" | "created" | "updated">): ReviewComment {
  return { id: state.id(), author: login, association: "MEMBER", created: state.now(), updated: state.now(), ...made };
}
