import type { Effect } from "@postern/evidence";
import type { Matched, TargetState } from "@postern/policy";
import type { Accepted } from "./arguments.ts";
import type { Explanation } from "./guard-request.ts";
import type { AnyTool, Foresight } from "./tool.ts";

/** The class of one call: what its tool says of it under its card. */
export function classOf(
  tool: AnyTool,
  input: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, string>>,
): { readonly effect: Effect; readonly relaxed?: boolean } {
  return tool.classify?.({ input, options }) ?? { effect: tool.effect };
}

/** What an allowed call would do, from what stands at its targets now. Nothing is minted, read or changed for it. */
export function foresee(
  { tool, accepted }: { readonly tool: AnyTool; readonly accepted: Accepted },
  matched: Extract<Matched, { readonly release: unknown }>,
): Pick<Explanation, "would" | "fails"> {
  if (tool.foresee === undefined) return {};
  const { would, fails }: Foresight = tool.foresee({ input: accepted.input, targets: statesOf(tool, accepted, matched) as never });
  return { would, ...(fails !== undefined && { fails }) };
}

/** What an allowed call makes beyond its message, as things stand now. */
export function madeBy(tool: AnyTool, accepted: Accepted, matched: Extract<Matched, { readonly release: unknown }>): number {
  return tool.makes?.({ input: accepted.input, targets: statesOf(tool, accepted, matched) as never }) ?? 0;
}

type States = Record<string, TargetState & { readonly raw: string }>;

function statesOf(tool: AnyTool, accepted: Accepted, matched: Extract<Matched, { readonly release: unknown }>): States {
  const targets: States = {};
  let single = 0;
  for (const { name, many } of accepted.plan) {
    if (many) continue;
    const resolved = matched.targets[single++];
    const kind = tool.targets[name].kind;
    const state: TargetState | undefined = resolved === undefined ? undefined : kind.state?.(resolved);
    if (state !== undefined && resolved !== undefined) targets[name] = { ...state, raw: resolved.record.raw };
  }
  return targets;
}
