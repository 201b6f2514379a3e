import { text, tool } from "@postern/runtime";
import { z } from "zod";

export const listAllowedRepositories = tool({
  name: "list_allowed_repositories",
  title: "List allowed repositories",
  description: "Lists the repositories that this caller may change, with the branches, bases and paths that bind it.",
  effect: "read",
  input: z.strictObject({}),
  targets: {},
  run: ({ context }) => text(["Allowed repositories:", ...context.granted].join("\n")),
});
