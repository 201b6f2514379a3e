import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { needDefaultBranch } from "./need-default-branch.ts";
import { pageOf } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { searchArguments } from "./search-arguments.ts";

const found = z.object({
  incomplete_results: z.boolean(),
  items: z.array(z.object({ path: z.string(), sha: z.string(), repository: z.object({ full_name: z.string() }) })),
});

export const searchCode = tool({
  name: "search_code",
  title: "Search code",
  description: "Search the code of one repository, on its default branch.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject(searchArguments),
  targets: { repo: repoTarget("search_code", "query") },
  async run({ input, targets: { repo }, context: { signal } }) {
    await needDefaultBranch(repo, signal);
    const { data, more } = await repo.ask("GET /search/code", { parameters: { ...pageOf(input), order: input.order }, signal });
    const { items, incomplete_results: incomplete } = asDocumented(found, data);
    // The host's count is of all that it found, wherever; what is told is what is shown.
    const own = items.filter(({ repository }) => repository.full_name.toLowerCase() === repo.repo.key);
    const given = own.filter(({ path }) => repo.givesFile(path));
    const rows = given.map(({ path, sha }) => ({ path, sha }));
    return rowsAnswer({ items: rows, ...(incomplete && { incomplete }) }, { from: repo.name, ...input, more, withheld: items.length - given.length });
  },
});
