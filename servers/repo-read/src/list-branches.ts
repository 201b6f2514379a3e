import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const branch = z.object({ name: z.string(), commit: z.object({ sha: z.string() }), protected: z.boolean().optional() });

export const listBranches = tool({
  name: "list_branches",
  title: "List branches",
  description: "List branches of a repository.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({ ...inRepository, ...pages }),
  targets: { repo: repoTarget("branches") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/branches", { parameters: pageOf(input), signal });
    const all = asDocumented(z.array(branch), data);
    const given = all.filter(({ name }) => repo.givesBranch(name));
    const rows = given.map(({ name, commit: { sha }, protected: guarded }) => ({ name, sha, protected: guarded }));
    return rowsAnswer(rows, { from: repo.name, ...input, more, withheld: all.length - given.length });
  },
});
