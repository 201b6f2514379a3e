import type { CallTarget, Deny, Policy, Principal, RouteCard } from "@postern/policy";
import { unaskable } from "./denials.ts";
import type { GuardRequest } from "./guard-request.ts";
import { lackingEveryScope } from "./lacking-scope.ts";

interface Closed {
  readonly policy: Policy;
  /** Of one server. */
  readonly server: string;
  cardsOf(principal: string): readonly RouteCard[];
}

interface Call {
  readonly principal: Principal;
  readonly targets: readonly CallTarget[];
  readonly tool: string;
}

/**
 * Tells, under one policy, of calls that none of their cards could carry, whatever the targets are: so that no name is asked of a
 * resolver and no path looked at for them. Their token lacks scopes, or a human has to be asked and nobody can.
 */
export function closedBefore({ policy, server, cardsOf }: Closed): (call: Call, request: GuardRequest) => Deny | undefined {
  const approving = policy.routes.some((card) => card.server === server && card.approval === "required");
  return (call, request) => {
    const { principal, targets, tool } = call;
    const scoped = principal.proof === "jwt";
    // Gone through only where one of them can matter.
    const cards = scoped || approving ? cardsOf(principal.id) : [];
    const given = cards.filter(({ tools }) => tools === "*" || tools.includes(tool));
    const lacking = scoped ? lackingEveryScope(given, targets, principal, request.scopes, policy.http) : undefined;
    return lacking ?? (approving ? unaskable(given, targets, request) : undefined);
  };
}
