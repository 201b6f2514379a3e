import { checkPattern, checkPatterns, type PatternReach } from "@postern/paths";
import { z } from "zod";

const longestGlob = 512;
const mostGlobs = 64;

/** A glob in minimatch's language, refused with the reason where it cannot be matched in linear time. */
export function globArgument(description: string) {
  return z.string().min(1).max(longestGlob).superRefine(refuseGlob).describe(description);
}

/** As many of them as can be compiled together without holding up other callers. */
export function globsArgument(description: string, reach: PatternReach) {
  return z
    .array(z.string().min(1).max(longestGlob).describe("A glob."))
    .max(mostGlobs)
    .superRefine((patterns, context) => {
      const wrong = patterns.length > mostGlobs ? undefined : checkPatterns(patterns, reach);
      if (wrong !== undefined) context.addIssue({ code: "custom", message: wrong.reason, path: [wrong.index] });
    })
    .default([])
    .describe(description);
}

function refuseGlob(pattern: string, context: z.RefinementCtx): void {
  const reason = checkPattern(pattern);
  if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
}
