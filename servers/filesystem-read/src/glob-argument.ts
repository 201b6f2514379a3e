import { checkPattern } from "@postern/paths";
import { z } from "zod";

const longestGlob = 512;
const mostGlobs = 64;

/** A glob in minimatch's language, refused with the reason where it cannot be matched in linear time. */
export function globArgument(description: string) {
  return z.string().min(1).max(longestGlob).superRefine(refuseGlob).describe(description);
}

export function globsArgument(description: string) {
  return z.array(globArgument("A glob.")).max(mostGlobs).default([]).describe(description);
}

function refuseGlob(pattern: string, context: z.RefinementCtx): void {
  const reason = checkPattern(pattern);
  if (reason !== undefined) context.addIssue({ code: "custom", message: reason });
}
