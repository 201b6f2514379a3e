import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { alertSchema } from "./dependabot-alert.ts";
import { inRepository, number } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const getDependabotAlert = tool({
  name: "get_dependabot_alert",
  title: "Get Dependabot alert",
  description: "Get one Dependabot alert of a repository.",
  effect: "read",
  needs: ["metadata:read", "vulnerability_alerts:read"],
  offUnless: "security",
  input: z.strictObject({ ...inRepository, alertNumber: number }),
  targets: { repo: repoTarget("alerts") },
  async run({ input: { alertNumber }, targets: { repo }, context: { signal } }) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}", { parameters: { alert_number: alertNumber }, signal });
    return rowsAnswer(asDocumented(alertSchema, data), { from: repo.name });
  },
});
