import { z } from "zod";

/** Longest path that Linux takes (PATH_MAX), in characters; the resolver counts bytes. */
const longestPath = 4096;
/** Characters of content in one call; the message around it may take 10 MiB. */
const longestContent = 8 * 1024 * 1024;

export function pathArgument(what: string) {
  return z.string().max(longestPath).describe(`${what}: absolute, or relative to an allowed directory. "~/" is the home directory.`);
}

/** A lone surrogate would be written as U+FFFD: another text than the one that was given. */
export function textArgument(description: string) {
  return z
    .string()
    .max(longestContent, `at most ${longestContent} characters; append_file adds more`)
    .refine((text) => text.isWellFormed(), "well-formed Unicode, without lone surrogates")
    .describe(description);
}

export const ifMatchArgument = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, "a SHA-256 of 64 hexadecimal digits")
  .optional()
  .describe("SHA-256 that the present content must have, as get_file_info or a read tells it; otherwise nothing is changed (fs.conflict).");
