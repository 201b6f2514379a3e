import { LateDenial } from "@postern/policy";
import type { RepoAuthority } from "@postern/repositories";
import { tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changedFileRow, changedFileSchema, diffText, givenFiles } from "./changed-file.ts";
import { checkSchema, statusSchema } from "./check-row.ts";
import { commentRow, commentSchema } from "./comment-row.ts";
import { commitRow, commitSchema } from "./commit-row.ts";
import { inRepository, number, pageOf, pages } from "./parameters.ts";
import { pullRow, pullSchema } from "./pull-row.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const methodNames = [
  "get",
  "get_diff",
  "get_status",
  "get_files",
  "get_commits",
  "get_review_comments",
  "get_reviews",
  "get_comments",
  "get_check_runs",
] as const;

interface Asked {
  readonly pullNumber: number;
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
}

interface Reading {
  readonly repo: RepoAuthority;
  readonly asked: Asked;
  readonly pull: z.output<typeof pullSchema>;
  readonly signal: AbortSignal;
}

export const pullRequestRead = tool({
  name: "pull_request_read",
  title: "Read pull request",
  description: "Read a pull request: itself, its diff, files, commits, status, checks, reviews or comments.",
  effect: "read",
  needs: ["metadata:read", "pull_requests:read", "contents:read", "checks:read", "statuses:read", "issues:read"],
  input: z.strictObject({ ...inRepository, ...pages, pullNumber: number, method: z.enum(methodNames) }),
  targets: { repo: repoTarget("pull") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}", { parameters: { pull_number: input.pullNumber }, signal });
    const pull = asDocumented(pullSchema, data);
    if (!repo.givesBranch(pull.base.ref)) throw new LateDenial("repo.base", "The card does not give the branch that this pull request goes into.");
    return await methods[input.method]({ repo, asked: input, pull, signal });
  },
});

const methods: Readonly<Record<(typeof methodNames)[number], (reading: Reading) => Promise<ToolResult>>> = {
  get: ({ repo, pull }) => Promise.resolve(rowsAnswer(pullRow(pull, repo.repo.key, true), { from: repo.name })),
  async get_diff(reading) {
    const { given, withheld, more } = await filesOf(reading);
    return rowsAnswer({ diff: diffText(given) }, { from: reading.repo.name, ...reading.asked, more, withheld });
  },
  async get_files(reading) {
    const { given, withheld, more } = await filesOf(reading);
    return rowsAnswer(given.map(changedFileRow), { from: reading.repo.name, ...reading.asked, more, withheld });
  },
  async get_commits({ repo, asked, signal }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", { parameters: pageIn(asked), signal });
    return rowsAnswer(asDocumented(z.array(commitSchema), data).map(commitRow), { from: repo.name, ...asked, more });
  },
  async get_status({ repo, pull, signal }) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/commits/{ref}/status", { parameters: { ref: pull.head.sha }, signal });
    return rowsAnswer(asDocumented(statusSchema, data), { from: repo.name });
  },
  async get_check_runs({ repo, asked, pull, signal }) {
    const parameters = { ...pageOf(asked), ref: pull.head.sha };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", { parameters, signal });
    return rowsAnswer(asDocumented(checkSchema, data).check_runs, { from: repo.name, ...asked, more });
  },
  async get_review_comments({ repo, asked, signal }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", { parameters: pageIn(asked), signal });
    const all = asDocumented(z.array(commentSchema), data);
    const given = all.filter(({ path }) => path === undefined || repo.givesFile(path));
    return rowsAnswer(given.map(commentRow), { from: repo.name, ...asked, more, withheld: all.length - given.length });
  },
  async get_reviews({ repo, asked, signal }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", { parameters: pageIn(asked), signal });
    return rowsAnswer(asDocumented(z.array(commentSchema), data).map(commentRow), { from: repo.name, ...asked, more });
  },
  async get_comments({ repo, asked, signal }) {
    const parameters = { ...pageOf(asked), issue_number: asked.pullNumber };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", { parameters, signal });
    return rowsAnswer(asDocumented(z.array(commentSchema), data).map(commentRow), { from: repo.name, ...asked, more });
  },
};

async function filesOf({
  repo,
  asked,
  signal,
}: Reading): Promise<{ readonly given: ReturnType<typeof givenFiles>; readonly withheld: number; readonly more: boolean }> {
  const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", { parameters: pageIn(asked), signal });
  const all = asDocumented(z.array(changedFileSchema), data);
  const given = givenFiles(all, repo);
  return { given, withheld: all.length - given.length, more };
}

function pageIn(asked: Asked): Readonly<Record<string, number>> {
  return { ...pageOf(asked), pull_number: asked.pullNumber };
}
