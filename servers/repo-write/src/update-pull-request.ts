import { tool } from "@postern/runtime";
import { z } from "zod";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { body, branchName, inRepository, number, title } from "./parameters.ts";
import { pullOf } from "./pull-of.ts";

export const updatePullRequest = tool({
  name: "update_pull_request",
  title: "Update pull request",
  description: "Change title, description, state or base of a pull request.",
  effect: "write",
  needs: ["metadata:read", "pull_requests:write"],
  input: z.strictObject({
    ...inRepository,
    pullNumber: number,
    title: title.optional(),
    body: body.optional(),
    state: z.enum(["open", "closed"]).optional(),
    base: branchName.optional(),
  }),
  targets: { repo: changeTarget("base") },
  foresee: () => ({ would: "change the pull request" }),
  async run({ input: { pullNumber, ...given }, targets: { repo }, context: { signal } }) {
    await pullOf(repo, pullNumber, signal);
    const sent = Object.fromEntries(Object.entries({ ...given, base: repo.base }).filter(([, value]) => value !== undefined));
    const { change } = await repo.send("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", { parameters: { pull_number: pullNumber }, body: sent, signal });
    return done({ number: pullNumber, changed: Object.keys(sent).join(",") }, [change]);
  },
});
