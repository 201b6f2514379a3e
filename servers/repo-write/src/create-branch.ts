import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { branchName, inRepository } from "./parameters.ts";

const ref = z.object({ object: z.object({ sha: z.string() }) });

export const createBranch = tool({
  name: "create_branch",
  title: "Create branch",
  description: "Create a branch of a repository.",
  effect: "write",
  needs: ["metadata:read", "contents:write"],
  additive: true,
  input: z.strictObject({ ...inRepository, branch: branchName.describe("Name of the new branch."), from_branch: branchName.describe("Branch to start from.") }),
  targets: { repo: changeTarget("branch", "from_branch") },
  foresee: () => ({ would: "create the branch where the other one stands now" }),
  async run({ targets: { repo }, context: { signal } }) {
    const { branch = "", base = "" } = repo;
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/git/ref/{ref}", { parameters: { ref: `heads/${base}` }, signal });
    const { sha } = asDocumented(ref, data).object;
    const { change } = await repo.send("POST /repos/{owner}/{repo}/git/refs", { body: { ref: `refs/heads/${branch}`, sha }, signal });
    return done({ branch, sha }, [change]);
  },
});
