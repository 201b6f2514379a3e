import { Failure, LateDenial } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { changeTarget } from "./change-target.ts";
import { done } from "./done.ts";
import { body, inRepository, number, title } from "./parameters.ts";

const issue = z.object({
  number: z.int(),
  state: z.string(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().optional() })])).optional(),
  pull_request: z.object({}).nullish(),
});

export const issueWrite = tool({
  name: "issue_write",
  title: "Create or update issue",
  description: "Create an issue, or change one: title, text, state, labels.",
  effect: "write",
  needs: ["metadata:read", "issues:write"],
  input: z.strictObject({
    ...inRepository,
    method: z.enum(["create", "update"]),
    issue_number: number.optional().describe("For update."),
    title: title.optional(),
    body: body.optional(),
    labels: z.array(z.string().min(1).max(100)).max(20).optional().describe("All labels that it is to have."),
    state: z.enum(["open", "closed"]).optional(),
    state_reason: z.enum(["completed", "not_planned"]).optional(),
  }),
  targets: { repo: changeTarget("labels") },
  foresee: ({ input: { method } }) => ({ would: `${method} an issue` }),
  async run({ input, targets: { repo }, context: { signal } }) {
    const { method, issue_number: issueNumber, state, state_reason, ...texts } = input;
    const given = Object.fromEntries(Object.entries({ ...texts, labels: repo.labels }).filter(([, value]) => value !== undefined));
    if (method === "create") {
      if (texts.title === undefined) throw new Failure("repo.rejected", "A new issue has a title. Nothing was changed.");
      const { data, change } = await repo.send("POST /repos/{owner}/{repo}/issues", { body: given, signal });
      return done({ number: asDocumented(issue, data, [change]).number }, [change]);
    }
    if (issueNumber === undefined) throw new Failure("repo.rejected", "The issue that is changed is named by issue_number. Nothing was changed.");
    const parameters = { issue_number: issueNumber };
    const standing = asDocumented(issue, (await repo.ask("GET /repos/{owner}/{repo}/issues/{issue_number}", { parameters, signal })).data);
    if (standing.pull_request !== undefined && standing.pull_request !== null)
      throw new LateDenial("repo.input", "This is a pull request, which has a tool of its own. Nothing was changed.");
    const lost = repo.labels === undefined ? [] : namesOf(standing).filter((name) => !repo.labels?.includes(name) && !repo.givesLabel(name));
    if (lost.length > 0)
      throw new LateDenial("repo.input", `The card does not give the label ${JSON.stringify(lost[0])}, which would be taken off. Nothing was changed.`);
    const sent = { ...given, ...(state !== undefined && { state }), ...(state_reason !== undefined && { state_reason }) };
    const { data, change } = await repo.send("PATCH /repos/{owner}/{repo}/issues/{issue_number}", { parameters, body: sent, signal });
    return done({ number: issueNumber, state: asDocumented(issue, data, [change]).state }, [change]);
  },
});

function namesOf({ labels = [] }: z.output<typeof issue>): readonly string[] {
  return labels.map((label) => (typeof label === "string" ? label : (label.name ?? "")));
}
