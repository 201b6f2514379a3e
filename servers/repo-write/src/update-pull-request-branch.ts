import { tool } from "@postern/runtime";
import { z } from "zod";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { inRepository, number, sha } from "./parameters.ts";
import { pullOf } from "./pull-of.ts";

export const updatePullRequestBranch = tool({
  name: "update_pull_request_branch",
  title: "Update pull request branch",
  description: "Merge the latest of its base into the branch of a pull request.",
  effect: "write",
  needs: ["metadata:read", "pull_requests:write", "contents:write"],
  input: z.strictObject({
    ...inRepository,
    pullNumber: number,
    expectedHeadSha: sha.optional().describe("Where the branch has to stand. Default: where it stands now."),
  }),
  targets: { repo: changeTarget() },
  foresee: () => ({ would: "merge the base into the branch of the pull request" }),
  async run({ input: { pullNumber, expectedHeadSha }, targets: { repo }, context: { signal } }) {
    const { head } = await pullOf(repo, pullNumber, signal);
    const { change } = await repo.send("PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch", {
      parameters: { pull_number: pullNumber },
      body: { expected_head_sha: expectedHeadSha ?? head.sha },
      signal,
    });
    return done({ number: pullNumber, branch: head.ref }, [change]);
  },
});
