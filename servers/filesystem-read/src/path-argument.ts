import { z } from "zod";

/** Longest path that Linux takes (PATH_MAX), in characters; the resolver counts bytes. */
const longestPath = 4096;

export function pathArgument(what: string) {
  return z.string().max(longestPath).describe(`${what}: absolute, or relative to an allowed directory. "~/" is the home directory.`);
}
