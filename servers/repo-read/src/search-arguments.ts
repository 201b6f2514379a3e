import { z } from "zod";
import { inRepository, pages } from "./parameters.ts";

/** Of every search. The repository has to be named: a search without one is over everything that the credential shows. */
export const searchArguments = {
  ...inRepository,
  ...pages,
  query: z.string().max(256).describe("Words, quoted phrases and qualifiers of the host's search that stay in the repository."),
  order: z.enum(["asc", "desc"]).optional(),
};
