import { tool } from "@postern/runtime";
import { LateDenial } from "@postern/policy";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changedFileRow, changedFileSchema, givenFiles } from "./changed-file.ts";
import { commitRow, commitSchema } from "./commit-row.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { stateParameter } from "./state-parameter.ts";

const commit = commitSchema.extend({
  stats: z.object({ additions: z.int(), deletions: z.int() }).optional(),
  files: z.array(changedFileSchema).optional(),
});

export const getCommit = tool({
  name: "get_commit",
  title: "Get commit",
  description: "Get one commit with the files that it changes.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({
    ...inRepository,
    ...pages,
    sha: z.string().max(255).describe("Branch or tag, whose last commit is meant; a commit only where the policy gives commits."),
    detail: z
      .enum(["none", "stats", "full_patch"])
      .optional()
      .describe("none: without files; stats: with their names and sizes (default); full_patch: with what changes."),
  }),
  targets: { repo: repoTarget("commits", "sha") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const ref = await stateParameter(repo, signal);
    if (ref === undefined) throw new LateDenial("repo.input", "A commit is asked for by a name.");
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/commits/{ref}", { parameters: { ...pageOf(input), ref }, signal });
    const { stats, files = [], ...rest } = asDocumented(commit, data);
    const { detail = "stats" } = input;
    if (detail === "none") return rowsAnswer(commitRow(rest), { from: repo.name });
    const given = givenFiles(files, repo);
    const rows = given.map((file) => ({ ...changedFileRow(file), ...(detail === "full_patch" && { patch: file.patch }) }));
    return rowsAnswer({ ...commitRow(rest), stats, files: rows }, { from: repo.name, ...input, more, withheld: files.length - given.length });
  },
});
