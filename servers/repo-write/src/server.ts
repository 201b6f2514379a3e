import { defineServer } from "@postern/runtime";
import { actionsRunTrigger } from "./actions-run-trigger.ts";
import { addIssueComment } from "./add-issue-comment.ts";
import { addReplyToPullRequestComment } from "./add-reply-to-pull-request-comment.ts";
import { createBranch } from "./create-branch.ts";
import { createOrUpdateFile } from "./create-or-update-file.ts";
import { createPullRequest } from "./create-pull-request.ts";
import { deleteFile } from "./delete-file.ts";
import { issueWrite } from "./issue-write.ts";
import { listAllowedRepositories } from "./list-allowed-repositories.ts";
import { mergePullRequest } from "./merge-pull-request.ts";
import { pullRequestReviewWrite } from "./pull-request-review-write.ts";
import { pushFiles } from "./push-files.ts";
import { requestPullRequestReviewers } from "./request-pull-request-reviewers.ts";
import { updatePullRequest } from "./update-pull-request.ts";
import { updatePullRequestBranch } from "./update-pull-request-branch.ts";

/** The server that changes repositories: those of its card, on the branches, bases and paths of its card. */
export const server = defineServer({
  name: "repo-write",
  version: "0.1.0",
  instructions:
    "Changes the repositories that its policy allows, on the branches and paths that it names. A refusal carries a code and says what would be allowed.",
  tools: [
    listAllowedRepositories,
    createBranch,
    createOrUpdateFile,
    pushFiles,
    deleteFile,
    createPullRequest,
    updatePullRequest,
    updatePullRequestBranch,
    mergePullRequest,
    pullRequestReviewWrite,
    addReplyToPullRequestComment,
    requestPullRequestReviewers,
    issueWrite,
    addIssueComment,
    actionsRunTrigger,
  ],
  openWorld: true,
  options: [{ key: "approve", values: ["deny", "allow"], description: "Reviews that approve a pull request. Default: deny." }],
});
