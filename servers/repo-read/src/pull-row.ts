import { z } from "zod";
import type { Row } from "./rows-answer.ts";

const end = z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() });

export const pullSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  draft: z.boolean().optional(),
  merged: z.boolean().optional(),
  mergeable_state: z.string().optional(),
  user: z.object({ login: z.string() }).nullish(),
  author_association: z.string().optional(),
  labels: z.array(z.object({ name: z.string().optional() })).optional(),
  head: end,
  base: end,
  additions: z.int().optional(),
  deletions: z.int().optional(),
  changed_files: z.int().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullish(),
});

export const pullFields = [
  "number",
  "title",
  "body",
  "state",
  "draft",
  "merged",
  "mergeable_state",
  "user",
  "author_association",
  "labels",
  "head",
  "base",
  "additions",
  "deletions",
  "changed_files",
  "created_at",
  "updated_at",
  "merged_at",
] as const;

const beginning = 400;

/** `key`: the repository in lower case. A head elsewhere is named as such: it is what somebody outside proposes. */
export function pullRow({ user, labels, head, base, body, ...rest }: z.output<typeof pullSchema>, key: string, whole: boolean): Row {
  const from = head.repo?.full_name;
  return {
    ...rest,
    user: user?.login,
    labels: labels?.map(({ name }) => name),
    head: { ref: head.ref, sha: head.sha, ...(from?.toLowerCase() !== key && { from_another_repository: from ?? "(deleted)" }) },
    base: { ref: base.ref, sha: base.sha },
    body: whole || typeof body !== "string" || body.length <= beginning ? body : `${body.slice(0, beginning)}… [${body.length} characters in all]`,
  };
}
