import type { Policy } from "@postern/policy";
import type { ServerDefinition } from "./tool.ts";

/** A server as one policy makes it: with the tools that its cards declare. Throws `PolicyError` where they do not go together. */
export function withDeclaredTools(definition: ServerDefinition, { routes, file }: Pick<Policy, "routes" | "file">): ServerDefinition {
  const { declares, ...rest } = definition;
  if (declares === undefined) return definition;
  const own = routes.filter(({ server }) => server === definition.name);
  return { ...rest, tools: [...definition.tools, ...declares.tools(own, file)] };
}
