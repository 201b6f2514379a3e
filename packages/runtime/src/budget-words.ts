import type { BudgetName } from "@postern/evidence";

const whose: Readonly<Record<BudgetName["per"], string>> = { owner: "card", principal: "caller", tenant: "tenant", lane: "credential" };

/** A budget as a caller may hear of it: of what kind it is and what it counts, and nobody else's name or figures. */
export function budgetWords({ per, resource }: BudgetName): string {
  return `the ${whose[per]}'s budget of ${resource}`;
}
