import type { BudgetLimit, BudgetSubject } from "./budget.ts";
import type { Policy } from "./policy.ts";
import type { Principal } from "./principal.ts";
import type { RouteCard } from "./route-card.ts";

/** One bucket that a call takes from: whose it is, and its limit. */
export interface CallLimit extends BudgetLimit {
  readonly per: BudgetSubject;
  readonly id: string;
}

/**
 * Every limit that holds for a call of this principal under this card: the card's own and those of `budgets`. A bucket
 * that two places of the policy speak of (a card and `budgets`, of one owner) stands here once; that they agree was
 * made sure when the policy was read.
 */
export function callLimits({ budgets }: Pick<Policy, "budgets">, card: RouteCard, principal: Pick<Principal, "id" | "tenant">): readonly CallLimit[] {
  const { budget, credential } = card;
  const subjects: Readonly<Record<BudgetSubject, string | undefined>> = {
    owner: budget?.owner,
    principal: principal.id,
    tenant: principal.tenant,
    lane: credential,
  };
  const own = budget === undefined ? [] : [{ per: "owner" as const, id: budget.owner, limits: budget.limits }];
  const found = new Map<string, CallLimit>();
  for (const { per, id, limits } of [...own, ...budgets.filter((each) => subjects[each.per] === each.id)]) {
    for (const limit of limits) found.set(`${per} ${limit.resource} ${limit.windowMs}`, { per, id, ...limit });
  }
  return [...found.values()];
}
