import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { alertSchema } from "./dependabot-alert.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const listDependabotAlerts = tool({
  name: "list_dependabot_alerts",
  title: "List Dependabot alerts",
  description: "List Dependabot alerts of a repository.",
  effect: "read",
  needs: ["metadata:read", "vulnerability_alerts:read"],
  offUnless: "security",
  input: z.strictObject({
    ...inRepository,
    ...pages,
    state: z.enum(["open", "fixed", "dismissed", "auto_dismissed"]).optional(),
    severity: z.enum(["low", "medium", "high", "critical"]).optional(),
  }),
  targets: { repo: repoTarget("alerts") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const { state, severity } = input;
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/dependabot/alerts", { parameters: { ...pageOf(input), state, severity }, signal });
    return rowsAnswer(asDocumented(z.array(alertSchema), data), { from: repo.name, ...input, more });
  },
});
