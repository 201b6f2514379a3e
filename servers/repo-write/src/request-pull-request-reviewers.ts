import { tool } from "@postern/runtime";
import { z } from "zod";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { inRepository, login, number } from "./parameters.ts";
import { pullOf } from "./pull-of.ts";

export const requestPullRequestReviewers = tool({
  name: "request_pull_request_reviewers",
  title: "Request reviewers",
  description: "Ask people to review a pull request.",
  effect: "write",
  needs: ["metadata:read", "pull_requests:write"],
  additive: true,
  input: z.strictObject({ ...inRepository, pullNumber: number, reviewers: z.array(login).min(1).max(15) }),
  targets: { repo: changeTarget() },
  foresee: () => ({ would: "ask for reviews" }),
  async run({ input: { pullNumber, reviewers }, targets: { repo }, context: { signal } }) {
    await pullOf(repo, pullNumber, signal);
    const { change } = await repo.send("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers", {
      parameters: { pull_number: pullNumber },
      body: { reviewers },
      signal,
    });
    return done({ number: pullNumber, reviewers: reviewers.length }, [change]);
  },
});
