import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { body, inRepository, number } from "./parameters.ts";

const made = z.object({ id: z.int() });

export const addIssueComment = tool({
  name: "add_issue_comment",
  title: "Comment on issue",
  description: "Comment on an issue or a pull request.",
  effect: "write",
  needs: ["metadata:read", "issues:write"],
  additive: true,
  input: z.strictObject({ ...inRepository, issue_number: number, body: body.min(1) }),
  targets: { repo: changeTarget() },
  foresee: () => ({ would: "write a comment" }),
  async run({ input: { issue_number: issueNumber, body: text }, targets: { repo }, context: { signal } }) {
    const { data, change } = await repo.send("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      parameters: { issue_number: issueNumber },
      body: { body: text },
      signal,
    });
    return done({ number: issueNumber, comment: asDocumented(made, data, [change]).id }, [change]);
  },
});
