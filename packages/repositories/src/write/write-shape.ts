import { z } from "zod";
import { patternSchema, repoShape } from "../repo-shape.ts";

const none = "is empty, so the card would give nothing; name at least one";

/** How a card writes what may be changed in repositories. */
export const writeShape = {
  ...repoShape,
  bases: z.array(patternSchema).min(1, none).optional().describe("Branches that may be branched off and that pull requests may go into. Absent: none."),
  labels: z.array(patternSchema).min(1, none).optional().describe("Labels that may be set. Absent: none."),
  workflows: z
    .array(z.string().regex(/^[\w.-]{1,100}\.ya?ml$/, "the name of a workflow's file, like ci.yml"))
    .min(1, none)
    .optional()
    .describe("Workflows that may be run, by the names of their files. Absent: none."),
  protected: z
    .enum(["deny", "allow"])
    .optional()
    .describe("Workflows, owners of code, submodules and what else runs by itself. Default: deny, whatever the paths say."),
};
