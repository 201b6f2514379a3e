import { LateDenial } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { body, inRepository, number } from "./parameters.ts";

const made = z.object({ id: z.int(), state: z.string() });
const pull = z.object({ base: z.object({ ref: z.string() }), head: z.object({ sha: z.string() }) });

export const pullRequestReviewWrite = tool({
  name: "pull_request_review_write",
  title: "Review pull request",
  description: "Write a review of a pull request.",
  effect: "write",
  needs: ["metadata:read", "pull_requests:write"],
  additive: true,
  input: z.strictObject({ ...inRepository, pullNumber: number, method: z.enum(["create"]), event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]), body }),
  targets: { repo: changeTarget() },
  foresee: () => ({ would: "write a review" }),
  async run({ input: { pullNumber, event, body: text }, targets: { repo }, context: { signal, options } }) {
    if (event === "APPROVE" && options["approve"] !== "allow")
      throw new LateDenial("repo.input", "The card does not give approving reviews. Nothing was changed.");
    const { data: found } = await repo.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}", { parameters: { pull_number: pullNumber }, signal });
    const { base, head } = asDocumented(pull, found);
    if (!repo.givesBase(base.ref))
      throw new LateDenial("repo.base", "The card does not give the branch that this pull request goes into. Nothing was changed.");
    const { data, change } = await repo.send("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
      parameters: { pull_number: pullNumber },
      // Of what was looked at, should the branch move.
      body: { event, body: text, commit_id: head.sha },
      signal,
    });
    const { id, state } = asDocumented(made, data, [change]);
    return done({ number: pullNumber, review: id, state }, [change]);
  },
});
