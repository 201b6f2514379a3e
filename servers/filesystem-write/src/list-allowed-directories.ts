import { text, tool } from "@postern/runtime";
import { z } from "zod";

export const listAllowedDirectories = tool({
  name: "list_allowed_directories",
  title: "List Allowed Directories",
  description:
    "Returns the directories that this caller may write below, one per line. Everything else is refused; inside them so are protected names: version control, workflows, editor and agent configuration, shell start-up files, keys.",
  effect: "read",
  input: z.strictObject({}),
  targets: {},
  run: ({ context }) =>
    text(["Allowed directories:", ...context.granted, ...(context.narrowed ? ["[The client's roots narrow this further.]"] : [])].join("\n")),
});
