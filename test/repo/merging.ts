import { invalid, ok, Refusal, repoRoute, type Route } from "./call.ts";
import { moveOrRefuse, signature } from "./git-data-write.ts";
import { compare } from "./git-history.ts";
import { mergeTrees, writeCommit } from "./git-writes.ts";
import { pullOf } from "./pulls.ts";
import { apiOf } from "./shape-repository.ts";

export const mergeRoutes: readonly Route[] = [
  repoRoute("PUT /pulls/{pull_number}/merge", "contents=write", async (call) => {
    const { state, repository, body, login } = call;
    const issue = pullOf(call);
    const { pull, number, title } = issue;
    const {
      sha,
      merge_method: method = "merge",
      commit_title: head,
      commit_message: text = "",
    } = body as {
      sha?: string;
      merge_method?: "merge" | "squash" | "rebase";
      commit_title?: string;
      commit_message?: string;
    };
    if (pull.draft) throw new Refusal(405, "Pull Request is still a draft");
    if (issue.state === "closed") throw new Refusal(405, "Pull Request is not mergeable");
    if (sha !== undefined && sha !== pull.head.sha) throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
    const base = await repository.head(pull.base);
    const tree = await mergeTrees(repository.git, base, pull.head.sha);
    if (tree === undefined) throw new Refusal(405, "Pull Request is not mergeable");
    const usual = method === "merge" ? `Merge pull request #${number} from ${pull.head.repository.owner}/${pull.head.branch}` : `${title} (#${number})`;
    const message = `${head ?? usual}\n\n${text === "" && method === "merge" ? title : text}`.trimEnd();
    const parents = method === "merge" ? [base, pull.head.sha] : [base];
    const by = signature(call);
    const merged = await writeCommit(repository.git, { tree, parents, message, author: by, committer: by });
    await moveOrRefuse(call, `refs/heads/${pull.base}`, merged, base);
    issue.pull.merged = { at: state.now(), sha: merged, by: login };
    issue.state = "closed";
    issue.closed = state.now();
    return ok({ sha: merged, merged: true, message: "Pull Request successfully merged" });
  }),
  repoRoute("PUT /pulls/{pull_number}/update-branch", "pull_requests=write", async (call) => {
    const { repository, body, state } = call;
    const { pull, number } = pullOf(call);
    const expected = body["expected_head_sha"];
    if (expected !== undefined && expected !== pull.head.sha) throw invalid("expected head sha didn’t match current head ref.");
    const base = await repository.head(pull.base);
    const found = await compare(repository.git, base, pull.head.sha);
    if (found?.behind === 0) throw invalid("There are no new commits on the base branch.");
    const tree = await mergeTrees(repository.git, pull.head.sha, base);
    if (tree === undefined) throw invalid("merge conflict between base and head");
    const by = signature(call);
    const message = `Merge branch '${pull.base}' into ${pull.head.branch}`;
    const sha = await writeCommit(repository.git, { tree, parents: [pull.head.sha, base], message, author: by, committer: by });
    await moveOrRefuse({ ...call, repository: pull.head.repository }, `refs/heads/${pull.head.branch}`, sha, pull.head.sha);
    const url = `${apiOf(state, repository)}/pulls/${number}`;
    return ok({ message: "Updating pull request branch.", url }, 202);
  }),
];
