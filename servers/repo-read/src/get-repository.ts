import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const repository = z.object({
  id: z.int(),
  full_name: z.string(),
  description: z.string().nullish(),
  private: z.boolean(),
  fork: z.boolean(),
  archived: z.boolean().optional(),
  default_branch: z.string(),
  language: z.string().nullish(),
  open_issues_count: z.int().optional(),
  pushed_at: z.string().nullish(),
});

export const getRepository = tool({
  name: "get_repository",
  title: "Get repository",
  description: "Get what a repository is: its number, visibility, default branch and description.",
  effect: "read",
  needs: ["metadata:read"],
  input: z.strictObject(inRepository),
  targets: { repo: repoTarget("repository") },
  async run({ targets: { repo }, context: { signal } }) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}", { signal });
    return rowsAnswer(asDocumented(repository, data), { from: repo.name });
  },
});
