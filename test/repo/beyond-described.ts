import type { Schema } from "./json-schema.ts";
import type { Operation } from "./openapi.ts";

const text: Schema = { type: "string" };
const number: Schema = { type: "integer" };
const flag: Schema = { type: "boolean" };
const pages = { per_page: number, page: number };
const numbers = new Set(["issue_number", "pull_number", "review_id", "alert_number", "run_id"]);

function operation(path: string, query: Readonly<Record<string, Schema>> = {}, body?: Schema): readonly [string, Operation] {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path" as const,
    required: true,
    schema: numbers.has(name) ? number : text,
  }));
  const parameters = [...named, ...Object.entries(query).map(([name, schema]) => ({ name, in: "query" as const, schema }))];
  return [path.replace(" ", " /repos/{owner}/{repo}"), { parameters, body, bodyRequired: body !== undefined, answers: {} }];
}

const subIssue = (more: Readonly<Record<string, Schema>> = {}): Schema => ({
  type: "object",
  properties: { sub_issue_id: number, ...more },
  required: ["sub_issue_id"],
});
const labelList: Schema = { type: "object", properties: { labels: { type: "array", items: text } }, required: ["labels"] };
const states = { type: "string", enum: ["queued", "in_progress", "completed", "success", "failure", "cancelled"] };

/** Operations that the cut description leaves out and that tools may want, as the host's documentation has them. */
export const beyondDescribed: ReadonlyMap<string, Operation> = new Map([
  operation("GET /labels/{name}"),
  operation("GET /issues/{issue_number}/labels", pages),
  operation("PUT /issues/{issue_number}/labels", {}, labelList),
  operation("DELETE /issues/{issue_number}/labels/{name}"),
  operation("GET /issues/{issue_number}/parent"),
  operation("POST /issues/{issue_number}/sub_issues", {}, subIssue({ replace_parent: flag })),
  operation("DELETE /issues/{issue_number}/sub_issue", {}, subIssue()),
  operation("DELETE /pulls/{pull_number}/reviews/{review_id}"),
  operation("GET /actions/workflows", pages),
  operation("GET /actions/workflows/{workflow_id}"),
  operation("GET /actions/workflows/{workflow_id}/runs", { ...pages, branch: text, event: text, actor: text, status: states, head_sha: text }),
  operation("GET /actions/runs/{run_id}/artifacts", { ...pages, name: text }),
  operation("GET /secret-scanning/alerts/{alert_number}", { hide_secret: flag }),
  operation("GET /git/matching-refs/{ref}"),
]);
