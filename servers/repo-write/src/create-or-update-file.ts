import { Failure } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { needNoDefault } from "./need-no-default.ts";
import { branchName, content, filePath, inRepository, message, sha } from "./parameters.ts";
import { standingFile } from "./standing-file.ts";

const written = z.object({ content: z.object({ sha: z.string() }), commit: z.object({ sha: z.string() }) });

export const createOrUpdateFile = tool({
  name: "create_or_update_file",
  title: "Create or update file",
  description: "Write one file to a branch, as a commit of its own.",
  effect: "write",
  needs: ["metadata:read", "contents:write"],
  input: z.strictObject({
    ...inRepository,
    branch: branchName,
    path: filePath,
    content: content.describe("Content of the file as it should be."),
    message,
    sha: sha.optional().describe("Digest of the file that is replaced; needed where there is one."),
  }),
  targets: { repo: changeTarget("branch", "path") },
  foresee: () => ({ would: "write the file in one commit on the branch" }),
  async run({ input, targets: { repo }, context: { signal } }) {
    const { path = "", branch = "" } = repo;
    await needNoDefault(repo, branch, signal);
    const standing = await standingFile(repo, path, branch, signal);
    if (standing !== input.sha) {
      const told =
        standing === undefined ? "There is no file to be replaced." : `There is a file, of sha ${standing}: give it where that one is meant to be replaced.`;
      throw new Failure("repo.conflict", `${told} Nothing was changed.`);
    }
    const { data, change } = await repo.send("PUT /repos/{owner}/{repo}/contents/{path}", {
      parameters: { path },
      body: { branch, message: input.message, content: Buffer.from(input.content).toString("base64"), ...(standing !== undefined && { sha: standing }) },
      signal,
    });
    const { content: file, commit } = asDocumented(written, data, [change]);
    return done({ path, branch, sha: file.sha, commit: commit.sha }, [change]);
  },
});
