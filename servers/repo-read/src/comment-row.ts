import { z } from "zod";
import type { Row } from "./rows-answer.ts";

export const commentSchema = z.object({
  id: z.int(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
  author_association: z.string().optional(),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
  /** Of a comment on a line of a change. */
  path: z.string().optional(),
  line: z.int().nullish(),
  in_reply_to_id: z.int().optional(),
  /** Of a review. */
  state: z.string().optional(),
  submitted_at: z.string().optional(),
});

export function commentRow({ user, ...rest }: z.output<typeof commentSchema>): Row {
  return { ...rest, user: user?.login };
}
