import type { RepoAuthority } from "@postern/repositories";
import { tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { commentRow, commentSchema } from "./comment-row.ts";
import { issueRow, issueSchema } from "./issue-row.ts";
import { inRepository, number, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

interface Asked {
  readonly issue_number: number;
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
}

export const issueRead = tool({
  name: "issue_read",
  title: "Read issue",
  description: "Read an issue: itself, its comments, its sub-issues or its labels.",
  effect: "read",
  needs: ["metadata:read", "issues:read"],
  input: z.strictObject({ ...inRepository, ...pages, issue_number: number, method: z.enum(["get", "get_comments", "get_sub_issues", "get_labels"]) }),
  targets: { repo: repoTarget("issue") },
  run: ({ input, targets: { repo }, context: { signal } }) => methods[input.method](repo, input, signal),
});

const methods: Readonly<
  Record<"get" | "get_comments" | "get_sub_issues" | "get_labels", (repo: RepoAuthority, asked: Asked, signal: AbortSignal) => Promise<ToolResult>>
> = {
  async get(repo, asked, signal) {
    return rowsAnswer(issueRow(await issueOf(repo, asked, signal), true), { from: repo.name });
  },
  async get_comments(repo, asked, signal) {
    const parameters = { ...pageOf(asked), issue_number: asked.issue_number };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", { parameters, signal });
    return rowsAnswer(asDocumented(z.array(commentSchema), data).map(commentRow), { from: repo.name, ...asked, more });
  },
  async get_sub_issues(repo, asked, signal) {
    const parameters = { ...pageOf(asked), issue_number: asked.issue_number };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues", { parameters, signal });
    const all = asDocumented(z.array(issueSchema), data);
    // A sub-issue may be another repository's.
    const given = all.filter(({ repository_url: home = "" }) => home.toLowerCase().endsWith(`/repos/${repo.repo.key}`));
    return rowsAnswer(
      given.map((issue) => issueRow(issue, false)),
      { from: repo.name, ...asked, more, withheld: all.length - given.length },
    );
  },
  async get_labels(repo, asked, signal) {
    const { labels } = issueRow(await issueOf(repo, asked, signal), false);
    return rowsAnswer({ labels }, { from: repo.name });
  },
};

async function issueOf(repo: RepoAuthority, { issue_number: issue }: Asked, signal: AbortSignal): Promise<z.output<typeof issueSchema>> {
  const { data } = await repo.ask("GET /repos/{owner}/{repo}/issues/{issue_number}", { parameters: { issue_number: issue }, signal });
  return asDocumented(issueSchema, data);
}
