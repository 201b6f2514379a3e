import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { body, branchName, inRepository, title } from "./parameters.ts";

const made = z.object({ number: z.int(), state: z.string() });

export const createPullRequest = tool({
  name: "create_pull_request",
  title: "Create pull request",
  description: "Open a pull request from a branch of the repository into another one of it.",
  effect: "write",
  needs: ["metadata:read", "pull_requests:write", "contents:read"],
  additive: true,
  input: z.strictObject({
    ...inRepository,
    title,
    head: branchName.describe("Branch with the changes; of the same repository."),
    base: branchName.describe("Branch that they are to go into."),
    body: body.optional(),
    draft: z.boolean().optional(),
  }),
  targets: { repo: changeTarget("head", "base") },
  foresee: () => ({ would: "open a pull request" }),
  async run({ input: { title: text, body: description, draft }, targets: { repo }, context: { signal } }) {
    const { head = "", base = "" } = repo;
    const sent = { title: text, head, base, ...(description !== undefined && { body: description }), ...(draft !== undefined && { draft }) };
    const { data, change } = await repo.send("POST /repos/{owner}/{repo}/pulls", { body: sent, signal });
    const { number, state } = asDocumented(made, data, [change]);
    return done({ number, state, head, base }, [change]);
  },
});
