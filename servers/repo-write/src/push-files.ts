import type { Change } from "@postern/policy";
import type { ChangeAuthority, SendRequest, WriteOperation } from "@postern/repositories/write";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { needNoDefault } from "./need-no-default.ts";
import { branchName, content, filePath, inRepository, message } from "./parameters.ts";

const ref = z.object({ object: z.object({ sha: z.string() }) });
const commit = z.object({ commit: z.object({ tree: z.object({ sha: z.string() }) }) });
const made = z.object({ sha: z.string() });

export const pushFiles = tool({
  name: "push_files",
  title: "Push files",
  description: "Write several files to a branch in one commit: all of them, or none.",
  effect: "write",
  needs: ["metadata:read", "contents:write"],
  input: z.strictObject({
    ...inRepository,
    branch: branchName,
    files: z
      .array(z.strictObject({ path: filePath, content }))
      .min(1)
      .max(100),
    message,
  }),
  targets: { repo: changeTarget("branch", "files") },
  foresee: () => ({ would: "write the files in one commit on the branch" }),
  async run({ input, targets: { repo }, context: { signal } }) {
    const { branch = "", files = [] } = repo;
    await needNoDefault(repo, branch, signal);
    const changes: Change[] = [];
    const head = asDocumented(ref, (await repo.ask("GET /repos/{owner}/{repo}/git/ref/{ref}", { parameters: { ref: `heads/${branch}` }, signal })).data).object
      .sha;
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/commits/{ref}", { parameters: { ref: head, per_page: 1 }, signal });
    const { sha: base_tree } = asDocumented(commit, data).commit.tree;
    // One mode for all: neither links nor what can be run.
    const entries = files.map(({ path, content: text }) => ({ path, mode: "100644", type: "blob", content: text }));
    const tree = await send(repo, "POST /repos/{owner}/{repo}/git/trees", { body: { base_tree, tree: entries }, signal }, changes);
    const body = { message: input.message, tree, parents: [head] };
    const sha = await send(repo, "POST /repos/{owner}/{repo}/git/commits", { body, signal }, changes);
    // Until now nothing shows; a branch that moved meanwhile is not moved back.
    const { change } = await repo.send("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
      parameters: { ref: `heads/${branch}` },
      body: { sha, force: false },
      signal,
    });
    return done({ branch, commit: sha, files: files.length }, [...changes, change]);
  },
});

async function send(repo: ChangeAuthority, operation: WriteOperation, request: SendRequest, changes: Change[]): Promise<string> {
  const { data, change } = await repo.send(operation, request);
  changes.push(change);
  return asDocumented(made, data, changes).sha;
}
