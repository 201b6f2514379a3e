import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository } from "./parameters.ts";
import { releaseRow, releaseSchema } from "./release-row.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const getReleaseByTag = tool({
  name: "get_release_by_tag",
  title: "Get release by tag",
  description: "Get the release of a tag.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({ ...inRepository, tag: z.string().max(255).describe("Name of the tag.") }),
  targets: { repo: repoTarget("tag", "tag") },
  async run({ targets: { repo }, context: { signal } }) {
    const tag = repo.revision !== undefined && "name" in repo.revision ? repo.revision.name : "";
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/releases/tags/{tag}", { parameters: { tag }, signal });
    return rowsAnswer(releaseRow(asDocumented(releaseSchema, data)), { from: repo.name });
  },
});
