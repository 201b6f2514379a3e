import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { alertSchema } from "./code-scanning-alert.ts";
import { inRepository, number } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const getCodeScanningAlert = tool({
  name: "get_code_scanning_alert",
  title: "Get code scanning alert",
  description: "Get one code scanning alert of a repository.",
  effect: "read",
  needs: ["metadata:read", "security_events:read"],
  offUnless: "security",
  input: z.strictObject({ ...inRepository, alertNumber: number }),
  targets: { repo: repoTarget("alerts") },
  async run({ input: { alertNumber }, targets: { repo }, context: { signal } }) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}", { parameters: { alert_number: alertNumber }, signal });
    return rowsAnswer(asDocumented(alertSchema, data), { from: repo.name });
  },
});
