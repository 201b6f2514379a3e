import { z } from "zod";
import type { Row } from "./rows-answer.ts";

const person = z.object({ name: z.string(), date: z.string() });
const login = z.object({ login: z.string().optional() }).nullish();

export const commitSchema = z.object({
  sha: z.string(),
  commit: z.object({ message: z.string(), author: person.nullish(), committer: person.nullish() }),
  author: login,
  committer: login,
  parents: z.array(z.object({ sha: z.string() })).optional(),
});

export function commitRow({ sha, commit: { message, author, committer }, author: account, parents }: z.output<typeof commitSchema>): Row {
  return { sha, message, author: author?.name, login: account?.login, date: author?.date ?? committer?.date, parents: parents?.map((parent) => parent.sha) };
}
