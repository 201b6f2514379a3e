import { targetOptions, type MatchTool, type ServerShape } from "@postern/policy";
import { z } from "zod";
import type { AnyTool, ServerDefinition, TargetUse } from "./tool.ts";

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>> & { readonly type: "object" };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
}

const listed = new WeakMap<AnyTool, ListedTool>();

/** Made once per tool; the annotations follow from what the tool declares of its effect and are written by nobody's hand. */
export function listTool(tool: AnyTool, definition: Pick<ServerDefinition, "openWorld">): ListedTool {
  const known = listed.get(tool);
  if (known !== undefined) return known;
  const made: ListedTool = {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: z.toJSONSchema(tool.input, { io: "input" }) as ListedTool["inputSchema"],
    annotations: {
      readOnlyHint: tool.effect === "read",
      destructiveHint: tool.effect !== "read" && tool.additive !== true,
      idempotentHint: tool.effect === "read" || tool.idempotent === true,
      openWorldHint: definition.openWorld === true,
    },
  };
  listed.set(tool, made);
  return made;
}

/** What the matcher has to know of a tool. */
export function matchTool(tool: AnyTool): MatchTool {
  const uses = Object.values<TargetUse>(tool.targets);
  return { name: tool.name, uses, ...(tool.offUnless !== undefined && { offUnless: tool.offUnless }) };
}

/** What a policy has to know of a server in order to judge its cards. */
export function serverShape(definition: ServerDefinition): ServerShape {
  const { declares } = definition;
  const used = definition.tools.flatMap((tool) => Object.values<TargetUse>(tool.targets).map((use) => use.kind));
  const kinds = new Set([...(definition.kinds ?? []), ...used]);
  if (declares !== undefined) kinds.add(declares.kind);
  const options = targetOptions(definition.options, definition.tools.map(matchTool));
  return { name: definition.name, kinds: [...kinds], tools: definition.tools.map((tool) => tool.name), options, ...(declares && { openTools: true }) };
}
