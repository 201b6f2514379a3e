import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { fieldsArgument, inRepository, pageOf, pages } from "./parameters.ts";
import { releaseFields, releaseRow, releaseSchema } from "./release-row.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const listReleases = tool({
  name: "list_releases",
  title: "List releases",
  description: "List releases of a repository.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({ ...inRepository, ...pages, fields: fieldsArgument(releaseFields) }),
  targets: { repo: repoTarget("releases") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/releases", { parameters: pageOf(input), signal });
    const all = asDocumented(z.array(releaseSchema), data);
    const given = all.filter(({ tag_name: tag }) => repo.givesTag(tag));
    return rowsAnswer(given.map(releaseRow), { from: repo.name, ...input, more, withheld: all.length - given.length });
  },
});
