import { tool } from "@postern/runtime";
import { z } from "zod";
import { fieldsArgument } from "./parameters.ts";
import { issueFields } from "./issue-row.ts";
import { repoTarget } from "./repo-target.ts";
import { searchArguments } from "./search-arguments.ts";
import { searchedIssues } from "./searched-issues.ts";

export const searchPullRequests = tool({
  name: "search_pull_requests",
  title: "Search pull requests",
  description: "Search the pull requests of one repository.",
  effect: "read",
  needs: ["metadata:read", "pull_requests:read"],
  input: z.strictObject({
    ...searchArguments,
    sort: z.enum(["comments", "reactions", "interactions", "created", "updated"]).optional(),
    fields: fieldsArgument(issueFields),
  }),
  targets: { repo: repoTarget("search_pull_requests", "query") },
  run: ({ input, targets: { repo }, context: { signal } }) => searchedIssues(repo, input, signal),
});
