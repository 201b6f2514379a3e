import { Failure } from "@postern/policy";
import type { output, ZodType } from "zod";

/** The part of an answer that is used, and nothing else of it: what a schema does not name goes no further. */
export function asDocumented<Schema extends ZodType>(schema: Schema, data: unknown): output<Schema> {
  const read = schema.safeParse(data);
  if (!read.success) throw new Failure("repo.upstream", "The host's answer does not have the form that it documents.", { cause: read.error });
  return read.data;
}
