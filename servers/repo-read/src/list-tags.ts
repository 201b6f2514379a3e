import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const tag = z.object({ name: z.string(), commit: z.object({ sha: z.string() }) });

export const listTags = tool({
  name: "list_tags",
  title: "List tags",
  description: "List git tags of a repository.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({ ...inRepository, ...pages }),
  targets: { repo: repoTarget("tags") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/tags", { parameters: pageOf(input), signal });
    const all = asDocumented(z.array(tag), data);
    const given = all.filter(({ name }) => repo.givesTag(name));
    const rows = given.map(({ name, commit: { sha } }) => ({ name, sha }));
    return rowsAnswer(rows, { from: repo.name, ...input, more, withheld: all.length - given.length });
  },
});
