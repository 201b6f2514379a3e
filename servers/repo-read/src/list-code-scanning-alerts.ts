import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { alertSchema } from "./code-scanning-alert.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const listCodeScanningAlerts = tool({
  name: "list_code_scanning_alerts",
  title: "List code scanning alerts",
  description: "List code scanning alerts of a repository.",
  effect: "read",
  needs: ["metadata:read", "security_events:read"],
  offUnless: "security",
  input: z.strictObject({
    ...inRepository,
    ...pages,
    state: z.enum(["open", "closed", "dismissed", "fixed"]).optional(),
    severity: z.enum(["critical", "high", "medium", "low", "warning", "note", "error"]).optional(),
  }),
  targets: { repo: repoTarget("alerts") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { state, severity } = input;
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/code-scanning/alerts", { parameters: { ...pageOf(input), state, severity }, signal });
    return rowsAnswer(asDocumented(z.array(alertSchema), data), { from: repo.name, ...input, more });
  },
});
