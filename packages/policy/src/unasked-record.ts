import type { TargetRecord } from "./decision.ts";
import type { CallTarget } from "./matcher.ts";

/** The record of a target that no card was asked about, because the call was denied before: what it said, and no more. */
export function unaskedRecord({ kind, argument, raw, operation }: CallTarget): TargetRecord {
  return { kind: kind.name, argument, raw: kind.show(raw), operation, decision: "deny" };
}
