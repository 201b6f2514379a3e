import type { Candidates } from "./candidates.ts";
import type { CardTrace } from "./decision.ts";
import type { MatchCall } from "./matcher.ts";
import type { OpenCard } from "./open-cards.ts";
import type { Resolution } from "./target-kind.ts";

/**
 * Why each of a principal's cards that was not asked did not carry the call: for explanations, where a cost that grows
 * with the number of cards is fine. Holds nothing when it ends.
 */
export function* traceAll(
  call: MatchCall,
  cards: readonly OpenCard[],
  candidates: Candidates | undefined,
  asked: ReadonlySet<string>,
): Generator<Resolution<unknown> | Promise<Resolution<unknown>>, readonly CardTrace[], Resolution<unknown>> {
  const trace: CardTrace[] = [];
  for (const open of cards) {
    const route = open.card.id;
    if (asked.has(route)) continue;
    const position = candidates?.cards.indexOf(open) ?? -1;
    if (candidates === undefined || position === -1) {
      trace.push({ route, code: "policy.no_route", reason: `does not give the tool ${call.tool}, or gives it nothing to work on` });
      continue;
    }
    let refused: { readonly code: CardTrace["code"]; readonly message: string } | undefined;
    for (const { kind, raw, argument, access, operation } of [...call.targets, ...call.each]) {
      const beside = candidates.scopes(kind);
      const context = { argument, access, operation, beside, signal: call.signal };
      const narrowed = call.clientRoots === undefined ? context : { ...context, clientRoots: call.clientRoots };
      const resolution = yield kind.resolve(raw, beside[position], narrowed);
      if (resolution.decision === "allow") kind.release(resolution);
      else refused ??= resolution;
    }
    if (refused === undefined) trace.push({ route, code: "policy.no_route", reason: "covers the call as well, but another card governs it" });
    else trace.push({ route, code: refused.code, reason: refused.message });
  }
  return trace;
}
