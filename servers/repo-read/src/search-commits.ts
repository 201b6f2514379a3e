import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { commitRow, commitSchema } from "./commit-row.ts";
import { needDefaultBranch } from "./need-default-branch.ts";
import { pageOf } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { searchArguments } from "./search-arguments.ts";

const found = z.object({ items: z.array(commitSchema.extend({ repository: z.object({ full_name: z.string() }) })) });

export const searchCommits = tool({
  name: "search_commits",
  title: "Search commits",
  description: "Search the commit messages of one repository, on its default branch.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({ ...searchArguments, sort: z.enum(["author-date", "committer-date"]).optional() }),
  targets: { repo: repoTarget("search_commits", "query") },
  async run({ input, targets: { repo }, context: { signal } }) {
    await needDefaultBranch(repo, signal);
    const { data, more } = await repo.ask("GET /search/commits", { parameters: { ...pageOf(input), sort: input.sort, order: input.order }, signal });
    const { items } = asDocumented(found, data);
    const own = items.filter(({ repository }) => repository.full_name.toLowerCase() === repo.repo.key);
    return rowsAnswer(own.map(commitRow), { from: repo.name, ...input, more, withheld: items.length - own.length });
  },
});
