import { z, type ZodArray, type ZodEnum, type ZodOptional } from "zod";

/** The arguments of every tool that is about one repository. */
export const inRepository = {
  owner: z.string().max(100),
  repo: z.string().max(100),
};

export const refArgument = z.string().max(255).optional().describe("Branch or tag, as main or refs/tags/v1. Default: the repository's default branch.");

export const pages = {
  page: z.int().min(1).max(1000).optional().describe("Page. Default: 1."),
  perPage: z.int().min(1).max(100).optional().describe("Entries of a page. Default: 20."),
};

/** One page, as hosts are asked for it. */
export function pageOf({ page = 1, perPage = 20 }: { readonly page?: number | undefined; readonly perPage?: number | undefined }): {
  readonly page: number;
  readonly per_page: number;
} {
  return { page, per_page: perPage };
}

export const number = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
export const moment = z.string().regex(/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?$/, "YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ");

export function fieldsArgument<const Name extends string>(names: readonly [Name, ...Name[]]): ZodOptional<ZodArray<ZodEnum<Readonly<Record<Name, Name>>>>> {
  return z.array(z.enum(names)).min(1).optional().describe("Only these fields of each entry.");
}
