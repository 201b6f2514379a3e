import { Failure } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository, pageOf, pages } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { type Row, rowsAnswer } from "./rows-answer.ts";

const alert = z.object({
  number: z.int(),
  state: z.string(),
  secret_type: z.string().optional(),
  resolution: z.string().nullish(),
  created_at: z.string(),
  /** Asked for without; some hosts give it all the same. */
  secret: z.string().nullish(),
});

export const listSecretScanningAlerts = tool({
  name: "list_secret_scanning_alerts",
  title: "List secret scanning alerts",
  description: "List secret scanning alerts of a repository, without the secrets.",
  effect: "read",
  needs: ["metadata:read", "secret_scanning_alerts:read"],
  offUnless: "security",
  input: z.strictObject({ ...inRepository, ...pages, state: z.enum(["open", "resolved"]).optional() }),
  targets: { repo: repoTarget("alerts") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const parameters = { ...pageOf(input), state: input.state, hide_secret: true };
    const { data, more } = await repo.ask("GET /repos/{owner}/{repo}/secret-scanning/alerts", { parameters, signal });
    const alerts = asDocumented(z.array(alert), data);
    if (alerts.some(({ secret }) => typeof secret === "string" && secret !== ""))
      throw new Failure("repo.upstream", "The host shows secrets where it was asked to hide them; its version cannot be used for this.");
    return rowsAnswer(alerts.map(withoutSecret), { from: repo.name, ...input, more });
  },
});

function withoutSecret({ number, state, secret_type, resolution, created_at }: z.output<typeof alert>): Row {
  return { number, state, secret_type, resolution, created_at };
}
