import { Failure } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { needNoDefault } from "./need-no-default.ts";
import { branchName, filePath, inRepository, message } from "./parameters.ts";
import { standingFile } from "./standing-file.ts";

const deleted = z.object({ commit: z.object({ sha: z.string() }) });

export const deleteFile = tool({
  name: "delete_file",
  title: "Delete file",
  description: "Delete one file on a branch, as a commit of its own.",
  effect: "write",
  needs: ["metadata:read", "contents:write"],
  input: z.strictObject({ ...inRepository, branch: branchName, path: filePath, message }),
  targets: { repo: changeTarget("branch", "path") },
  foresee: () => ({ would: "delete the file in one commit on the branch" }),
  async run({ input, targets: { repo }, context: { signal } }) {
    const { path = "", branch = "" } = repo;
    await needNoDefault(repo, branch, signal);
    const sha = await standingFile(repo, path, branch, signal);
    if (sha === undefined) throw new Failure("repo.not_found", "There is no such file. Nothing was changed.");
    const { data, change } = await repo.send("DELETE /repos/{owner}/{repo}/contents/{path}", {
      parameters: { path },
      body: { branch, message: input.message, sha },
      signal,
    });
    return done({ path, branch, commit: asDocumented(deleted, data, [change]).commit.sha }, [change]);
  },
});
