import type { RepoAuthority } from "@postern/repositories";
import type { ToolResult } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { issueRow, issueSchema } from "./issue-row.ts";
import { pageOf } from "./parameters.ts";
import { rowsAnswer } from "./rows-answer.ts";

interface Asked {
  readonly page?: number | undefined;
  readonly perPage?: number | undefined;
  readonly sort?: string | undefined;
  readonly order?: string | undefined;
  readonly fields?: readonly string[] | undefined;
}

const found = z.object({ incomplete_results: z.boolean(), items: z.array(issueSchema) });

/** Issues or pull requests, as the query of the decision says which. */
export async function searchedIssues(repo: RepoAuthority, asked: Asked, signal: AbortSignal): Promise<ToolResult> {
  const { sort, order, fields } = asked;
  const { data, more } = await repo.ask("GET /search/issues", { parameters: { ...pageOf(asked), sort, order }, signal });
  const { items } = asDocumented(found, data);
  const own = items.filter(({ repository_url: home = "" }) => home.toLowerCase().endsWith(`/repos/${repo.repo.key}`));
  const rows = own.map((issue) => issueRow(issue, fields?.includes("body") === true));
  return rowsAnswer(rows, { from: repo.name, ...asked, more, withheld: items.length - own.length, fields });
}
