import { z } from "zod";

/** The arguments of every tool that is about one repository. */
export const inRepository = {
  owner: z.string().max(100).describe("Owner of the repository."),
  repo: z.string().max(100).describe("Name of the repository."),
};

export const refArgument = z.string().max(255).optional().describe("Branch or tag, as main or refs/tags/v1. Default: the repository's default branch.");
