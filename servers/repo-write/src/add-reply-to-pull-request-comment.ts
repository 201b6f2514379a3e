import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { body, inRepository, number } from "./parameters.ts";

const made = z.object({ id: z.int() });

export const addReplyToPullRequestComment = tool({
  name: "add_reply_to_pull_request_comment",
  title: "Reply to pull request comment",
  description: "Reply to a comment on a change of a pull request.",
  effect: "write",
  needs: ["metadata:read", "pull_requests:write"],
  additive: true,
  input: z.strictObject({ ...inRepository, pullNumber: number, commentId: z.int().min(1), body: body.min(1) }),
  targets: { repo: changeTarget() },
  foresee: () => ({ would: "write a reply" }),
  async run({ input: { pullNumber, commentId, body: text }, targets: { repo }, context: { signal } }) {
    const { data, change } = await repo.send("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", {
      parameters: { pull_number: pullNumber, comment_id: commentId },
      body: { body: text },
      signal,
    });
    return done({ number: pullNumber, comment: asDocumented(made, data, [change]).id }, [change]);
  },
});
