import type { Repository } from "./github-repository.ts";

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Comment {
  readonly id: number;
  body: string;
  readonly author: string;
  readonly association: string;
  readonly created: string;
  updated: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  title: string;
  body: string | null;
  readonly author: string;
  readonly association: string;
  state: "open" | "closed";
  reason: string | null;
  labels: string[];
  assignees: string[];
  readonly comments: Comment[];
  readonly created: string;
  updated: string;
  closed: string | null;
  readonly subIssues: Issue[];
  parent?: Issue;
  /** Where it was transferred to. */
  moved?: Issue;
  readonly pull?: Pull;
}

export interface Pull {
  readonly head: { readonly repository: Repository; readonly branch: string; sha: string };
  base: string;
  draft: boolean;
  merged: { readonly at: string; readonly sha: string; readonly by: string } | null;
  readonly reviews: Review[];
  readonly comments: ReviewComment[];
  reviewers: string[];
  /** Comments of reviews that are not submitted yet. */
  readonly commentsOfReview: Map<number, ReviewComment[]>;
}

export interface Review {
  readonly id: number;
  readonly author: string;
  readonly association: string;
  body: string;
  state: "PENDING" | "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  readonly commit: string;
  submitted: string | null;
}

export interface ReviewComment extends Comment {
  readonly path: string;
  readonly line: number | null;
  readonly commit: string;
  readonly review: number;
  readonly replyTo?: number;
}

export interface Release {
  readonly id: number;
  readonly tag: string;
  readonly name: string;
  readonly body: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly created: string;
}

export interface Run {
  readonly id: number;
  readonly number: number;
  readonly workflow: string;
  readonly branch: string;
  readonly sha: string;
  readonly event: string;
  status: string;
  conclusion: string | null;
  readonly created: string;
  readonly jobs: Job[];
  attempt: number;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly id: number;
  readonly name: string;
  status: string;
  conclusion: string | null;
  readonly log: string;
  readonly run: Run;
}

export interface CodeAlert {
  readonly rule: string;
  readonly severity?: "error" | "warning" | "note";
  readonly state?: "open" | "dismissed" | "fixed";
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly ref?: string;
}

export interface DependencyAlert {
  readonly package: string;
  readonly ecosystem: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly summary: string;
  readonly manifest: string;
  readonly state?: "open" | "dismissed" | "fixed" | "auto_dismissed";
}

export interface SecretAlert {
  readonly type: string;
  readonly secret: string;
  readonly state?: "open" | "resolved";
}
