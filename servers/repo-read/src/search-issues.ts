import { tool } from "@postern/runtime";
import { z } from "zod";
import { fieldsArgument } from "./parameters.ts";
import { issueFields } from "./issue-row.ts";
import { repoTarget } from "./repo-target.ts";
import { searchArguments } from "./search-arguments.ts";
import { searchedIssues } from "./searched-issues.ts";

export const searchIssues = tool({
  name: "search_issues",
  title: "Search issues",
  description: "Search the issues of one repository.",
  effect: "read",
  needs: ["metadata:read", "issues:read"],
  input: z.strictObject({
    ...searchArguments,
    sort: z.enum(["comments", "reactions", "interactions", "created", "updated"]).optional(),
    fields: fieldsArgument(issueFields),
  }),
  targets: { repo: repoTarget("search_issues", "query") },
  run: ({ input, targets: { repo }, context: { signal } }) => searchedIssues(repo, input, signal),
});
