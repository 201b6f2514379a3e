import { readPattern } from "./read-pattern.ts";

/** Steps that patterns may take, of one text and of one call: less than a quarter of a second. */
export const mostSteps = 17_000_000;

/** Why a pattern cannot be held to a time on texts of some length; undefined: it can. */
export function patternCost(pattern: string, length: number): string | undefined {
  const read = readPattern(pattern);
  if (typeof read === "string") return read;
  return read.steps(length) <= mostSteps ? undefined : `could take too long on ${length} characters; set a lower maxLength, or repeat less`;
}
