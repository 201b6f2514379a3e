import { LateDenial } from "@postern/policy";
import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository } from "./parameters.ts";
import { releaseRow, releaseSchema } from "./release-row.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

export const getLatestRelease = tool({
  name: "get_latest_release",
  title: "Get latest release",
  description: "Get the latest release of a repository.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject(inRepository),
  targets: { repo: repoTarget("releases") },
  async run({ targets: { repo }, context: { signal } }) {
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/releases/latest", { signal });
    const release = asDocumented(releaseSchema, data);
    if (!repo.givesTag(release.tag_name)) throw new LateDenial("repo.ref", "The latest release is of a tag that the card does not give.");
    return rowsAnswer(releaseRow(release), { from: repo.name });
  },
});
