import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";

const ref = z.object({ ref: z.string(), object: z.object({ type: z.string(), sha: z.string() }) });
const annotation = z.object({
  tag: z.string(),
  message: z.string(),
  tagger: z.object({ name: z.string(), date: z.string() }).nullish(),
  object: ref.shape.object,
});

export const getTag = tool({
  name: "get_tag",
  title: "Get tag",
  description: "Get what a git tag points to, with its message where it has one.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({ ...inRepository, tag: z.string().max(255).describe("Name of the tag.") }),
  targets: { repo: repoTarget("tag", "tag") },
  async run({ targets: { repo }, context: { signal } }) {
    const name = repo.revision !== undefined && "name" in repo.revision ? repo.revision.name : "";
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/git/ref/{ref}", { parameters: { ref: `tags/${name}` }, signal });
    const { object } = asDocumented(ref, data);
    if (object.type !== "tag") return rowsAnswer({ tag: name, object }, { from: repo.name });
    const { data: annotated } = await repo.ask("GET /repos/{owner}/{repo}/git/tags/{tag_sha}", { parameters: { tag_sha: object.sha }, signal });
    const { message, tagger, object: tagged } = asDocumented(annotation, annotated);
    return rowsAnswer({ tag: name, message, tagger, object: tagged }, { from: repo.name });
  },
});
