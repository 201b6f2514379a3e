import { z } from "zod";
import type { Row } from "./rows-answer.ts";

export const releaseSchema = z.object({
  id: z.int(),
  tag_name: z.string(),
  name: z.string().nullish(),
  body: z.string().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  published_at: z.string().nullish(),
  author: z.object({ login: z.string() }).nullish(),
});

export const releaseFields = ["id", "tag_name", "name", "body", "published_at", "prerelease", "draft", "author"] as const;

export function releaseRow({ author, ...rest }: z.output<typeof releaseSchema>): Row {
  return { ...rest, author: author?.login };
}
