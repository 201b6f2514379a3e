import { Failure, type Change } from "@postern/policy";
import type { output, ZodType } from "zod";

/** The part of an answer that is used. `changes`: what happened all the same, should it not be as documented. */
export function asDocumented<Schema extends ZodType>(schema: Schema, data: unknown, changes: readonly Change[] = []): output<Schema> {
  const read = schema.safeParse(data);
  if (!read.success) throw new Failure("repo.upstream", "The host's answer does not have the form that it documents.", { cause: read.error, changes });
  return read.data;
}
