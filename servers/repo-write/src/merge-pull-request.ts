import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { inRepository, number, sha } from "./parameters.ts";
import { pullOf } from "./pull-of.ts";

const merged = z.object({ sha: z.string(), merged: z.boolean() });

export const mergePullRequest = tool({
  name: "merge_pull_request",
  title: "Merge pull request",
  description: "Merge a pull request, if its branch stands where it was looked at.",
  effect: "irreversible",
  needs: ["metadata:read", "pull_requests:read", "contents:write"],
  offUnless: "merge",
  input: z.strictObject({
    ...inRepository,
    pullNumber: number,
    expected_head_sha: sha.describe("Where the branch has to stand: what was looked at is what is merged."),
    merge_method: z.enum(["merge", "squash", "rebase"]).optional(),
    commit_title: z.string().max(256).optional(),
    commit_message: z.string().max(10_000).optional(),
  }),
  targets: { repo: changeTarget() },
  foresee: () => ({ would: "merge the pull request into its base" }),
  async run({ input, targets: { repo }, context: { signal } }) {
    const { pullNumber, expected_head_sha: head, merge_method, commit_title, commit_message } = input;
    await pullOf(repo, pullNumber, signal);
    const sent = Object.fromEntries(Object.entries({ sha: head, merge_method, commit_title, commit_message }).filter(([, value]) => value !== undefined));
    const { data, change } = await repo.send("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", {
      parameters: { pull_number: pullNumber },
      body: sent,
      signal,
    });
    const { sha: commit, merged: isMerged } = asDocumented(merged, data, [change]);
    return done({ number: pullNumber, merged: isMerged, commit }, [change]);
  },
});
