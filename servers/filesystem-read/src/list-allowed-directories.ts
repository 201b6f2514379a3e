import { text, tool } from "@postern/runtime";
import { z } from "zod";

export const listAllowedDirectories = tool({
  name: "list_allowed_directories",
  title: "List Allowed Directories",
  description:
    "Returns the directories that this caller may read below, one per line. Everything else is refused; protected names such as .env or private keys are refused inside them too.",
  effect: "read",
  input: z.strictObject({}),
  targets: {},
  run: ({ context }) =>
    text(["Allowed directories:", ...context.granted, ...(context.narrowed ? ["[The client's roots narrow this further.]"] : [])].join("\n")),
});
