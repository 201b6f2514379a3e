import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { commitRow, commitSchema } from "./commit-row.ts";
import { fieldsArgument, inRepository, moment, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { stateParameter } from "./state-parameter.ts";

export const listCommits = tool({
  name: "list_commits",
  title: "List commits",
  description: "List commits of a branch or tag, newest first.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({
    ...inRepository,
    ...pages,
    sha: z.string().max(255).optional().describe("Branch or tag; a commit only where the policy gives commits. Default: the default branch."),
    path: z.string().max(4096).optional().describe("Only commits that touch this path."),
    author: z.string().max(100).optional().describe("Only commits of this login or address."),
    since: moment.optional().describe("Only commits after this moment."),
    until: moment.optional().describe("Only commits before this moment."),
    fields: fieldsArgument(["sha", "message", "author", "login", "date", "parents"]),
  }),
  targets: { repo: repoTarget("commits", "sha", "path") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { author, since, until, fields } = input;
    const parameters = { ...pageOf(input), sha: await stateParameter(repo, signal), path: repo.path, author, since, until };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/commits", { parameters, signal });
    return rowsAnswer(asDocumented(z.array(commitSchema), data).map(commitRow), { from: repo.name, ...input, more, fields });
  },
});
