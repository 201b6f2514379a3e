import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { labelSchema } from "./label-row.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const listLabel = tool({
  name: "list_label",
  title: "List labels",
  description: "List labels of a repository.",
  effect: "read",
  needs: ["metadata:read", "issues:read"],
  input: z.strictObject({ ...inRepository, ...pages }),
  targets: { repo: repoTarget("labels") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/labels", { parameters: pageOf(input), signal });
    return rowsAnswer(asDocumented(z.array(labelSchema), data), { from: repo.name, ...input, more });
  },
});
