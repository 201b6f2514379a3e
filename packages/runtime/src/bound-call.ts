import type { Effect } from "@postern/evidence";
import type { AnyTargetKind, Matched, Principal, Resolved, TargetState } from "@postern/policy";
import type { Accepted } from "./arguments.ts";
import type { GuardRequest } from "./guard-request.ts";
import { foresee } from "./foresee.ts";
import type { AnyTool } from "./tool.ts";

export interface BoundCall {
  readonly request: GuardRequest;
  readonly server: string;
  /** SHA-256 of the policy, hex. */
  readonly policy: string;
  readonly principal: Principal;
  readonly tool: AnyTool;
  readonly accepted: Accepted;
  readonly matched: Extract<Matched, { readonly release: unknown }>;
  readonly effect: Effect;
}

/**
 * All that a yes is given for, as one text: who, which tool, the arguments as they came, under which policy and card, what
 * the targets are, what stands there, and what would happen. Two calls with the same text do the same.
 *
 * Hole: a kind that tells neither state nor identity is bound by the canonical form of its targets alone.
 */
export function boundCall({ request, server, policy, principal, tool, accepted, matched, effect }: BoundCall): string {
  const { card, targets, each, options } = matched;
  const singles = targets.map((resolved, place) => targetOf(resolved, accepted.targets[place]?.kind));
  const members = each.map((resolution, place) =>
    resolution.decision === "allow" ? targetOf(resolution, accepted.each[place]?.kind) : ["refused", resolution.record.raw],
  );
  const who = [principal.tenant, principal.id];
  return JSON.stringify([server, who, tool.name, request.digest, policy, card.id, effect, options, singles, members, foresee({ tool, accepted }, matched)]);
}

function targetOf(resolved: Resolved<unknown>, kind: AnyTargetKind | undefined): readonly unknown[] {
  const { kind: name, argument, operation, raw, canonical = null } = resolved.record;
  const state: TargetState | undefined = kind?.state?.(resolved);
  return [name, argument, operation, raw, canonical, kind?.identity?.(resolved) ?? null, state ?? null];
}
