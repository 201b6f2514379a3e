import { z } from "zod";
import type { Row } from "./rows-answer.ts";

const login = z.object({ login: z.string() }).nullish();

export const issueSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  state_reason: z.string().nullish(),
  user: login,
  author_association: z.string().optional(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().optional() })])),
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  comments: z.int().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  draft: z.boolean().optional(),
  pull_request: z.object({}).nullish(),
  repository_url: z.string().optional(),
});

export const issueFields = [
  "number",
  "title",
  "body",
  "state",
  "state_reason",
  "user",
  "author_association",
  "labels",
  "assignees",
  "comments",
  "created_at",
  "updated_at",
  "closed_at",
  "draft",
] as const;

/** In a list only the beginning of a text, unless it is asked for: most who list look for one. */
const beginning = 400;

export function issueRow({ user, labels, assignees, body, ...rest }: z.output<typeof issueSchema>, whole: boolean): Row {
  const { pull_request: _pull, repository_url: _home, ...shown } = rest;
  return {
    ...shown,
    user: user?.login,
    labels: labels.map((label) => (typeof label === "string" ? label : label.name)),
    assignees: assignees?.map(({ login: name }) => name),
    body: whole || typeof body !== "string" || body.length <= beginning ? body : `${body.slice(0, beginning)}… [${body.length} characters in all]`,
  };
}
