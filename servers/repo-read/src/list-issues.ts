import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { issueFields, issueRow, issueSchema } from "./issue-row.ts";
import { fieldsArgument, inRepository, moment, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const order = { CREATED_AT: "created", UPDATED_AT: "updated", COMMENTS: "comments" } as const;

export const listIssues = tool({
  name: "list_issues",
  title: "List issues",
  description: "List issues of a repository; pull requests are not among them.",
  effect: "read",
  needs: ["metadata:read", "issues:read"],
  input: z.strictObject({
    ...inRepository,
    ...pages,
    state: z.enum(["OPEN", "CLOSED"]).optional().describe("Default: both."),
    labels: z.array(z.string().max(100)).max(10).optional().describe("Only issues that have all of these."),
    since: moment.optional().describe("Only issues that changed since."),
    orderBy: z.enum(["CREATED_AT", "UPDATED_AT", "COMMENTS"]).optional(),
    direction: z.enum(["ASC", "DESC"]).optional(),
    fields: fieldsArgument(issueFields),
  }),
  targets: { repo: repoTarget("issues") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { state, labels, since, orderBy, direction, fields } = input;
    const parameters = {
      ...pageOf(input),
      state: state === undefined ? "all" : state.toLowerCase(),
      labels: labels?.join(","),
      since: since === undefined ? undefined : since.includes("T") ? since : `${since}T00:00:00Z`,
      sort: orderBy === undefined ? undefined : order[orderBy],
      direction: direction?.toLowerCase(),
    };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/issues", { parameters, signal });
    const issues = asDocumented(z.array(issueSchema), data).filter((issue) => issue.pull_request === undefined || issue.pull_request === null);
    return rowsAnswer(
      issues.map((issue) => issueRow(issue, fields?.includes("body") === true)),
      { from: repo.name, ...input, more, fields },
    );
  },
});
