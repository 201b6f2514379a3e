import { LateDenial } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { fieldsArgument, inRepository, pageOf, pages } from "./parameters.ts";
import { pullFields, pullRow, pullSchema } from "./pull-row.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const branch = z
  .string()
  .max(255)
  .regex(/^[\w./:@-]+$/, "a branch");

export const listPullRequests = tool({
  name: "list_pull_requests",
  title: "List pull requests",
  description: "List pull requests of a repository.",
  effect: "read",
  needs: ["metadata:read", "pull_requests:read"],
  input: z.strictObject({
    ...inRepository,
    ...pages,
    state: z.enum(["open", "closed", "all"]).optional().describe("Default: open."),
    head: branch.optional().describe("Only those from this user:branch."),
    base: branch.optional().describe("Only those into this branch."),
    sort: z.enum(["created", "updated", "popularity", "long-running"]).optional(),
    direction: z.enum(["asc", "desc"]).optional(),
    fields: fieldsArgument(pullFields),
  }),
  targets: { repo: repoTarget("pulls") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { state, head, base, sort, direction, fields } = input;
    if (base !== undefined && !repo.givesBranch(base)) throw new LateDenial("repo.base", "The card does not give the branch that these pull requests go into.");
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/pulls", { parameters: { ...pageOf(input), state, head, base, sort, direction }, signal });
    const all = asDocumented(z.array(pullSchema), data);
    const given = all.filter((pull) => repo.givesBranch(pull.base.ref));
    const rows = given.map((pull) => pullRow(pull, repo.repo.key, fields?.includes("body") === true));
    return rowsAnswer(rows, { from: repo.name, ...input, more, withheld: all.length - given.length, fields });
  },
});
