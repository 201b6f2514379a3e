import { z, type ZodType } from "zod";

/**
 * The input of a member that may be left out. Every object has members that nobody wrote (`toString`, `constructor`): of
 * such a name they count as left out, and what comes from JSON is never one of them.
 */
export function optionalMember(name: string, input: ZodType): ZodType {
  if (!(name in Object.prototype)) return input.optional();
  const inherited: unknown = Object.prototype[name as keyof object];
  return z.preprocess((value) => (value === inherited ? undefined : value), input.optional()).optional();
}
