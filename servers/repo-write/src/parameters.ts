import { z } from "zod";

/** The arguments of every tool that changes one repository. */
export const inRepository = { owner: z.string().max(100), repo: z.string().max(100) };

export const branchName = z.string().max(255);
export const filePath = z.string().min(1).max(4096);
export const message = z.string().min(1).max(10_000).describe("Commit message.");
export const content = z.string().max(1_000_000);
export const title = z.string().min(1).max(256);
export const body = z.string().max(65_536);
export const number = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
export const sha = z.string().regex(/^[0-9a-f]{40}$/, "a whole SHA-1");
export const login = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, "a login");
