import type { Policy } from "@postern/policy";
import type { ServerDefinition } from "./tool.ts";

/** A server as one policy makes it: with the tools that its cards declare. Throws `PolicyError` where they do not go together. */
export function withDeclaredTools(definition: ServerDefinition, { routes, file }: Pick<Policy, "routes" | "file">): ServerDefinition {
  const { declares, ...rest } = definition;
  if (declares === undefined) return definition;
  const own = routes.filter(({ server }) => server === definition.name);
  // A card that declares nothing is still read by the kind: an empty list gives nothing, and is no mistake.
  return { ...rest, kinds: [...(definition.kinds ?? []), declares.kind], tools: [...definition.tools, ...declares.tools(own, file)] };
}
