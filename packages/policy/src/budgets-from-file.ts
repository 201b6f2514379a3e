import { budgetResources, budgetSubjects, parseBudgetLimit, type BudgetLimit, type BudgetResource } from "./budget.ts";
import { parseByteSize } from "./byte-size.ts";
import type { WrittenPolicy } from "./policy-schema.ts";
import type { Policy } from "./policy.ts";
import type { RouteCard } from "./route-card.ts";

/** What a file without problems says may be used up. */
export function budgetsFrom({ budgets, loops }: WrittenPolicy): Pick<Policy, "budgets" | "loops"> {
  const identical = typeof loops === "object" ? parseBudgetLimit("calls", loops.identical) : undefined;
  return {
    budgets: budgets.flatMap((budget) =>
      budgetSubjects.flatMap((per) => {
        const id = budget[per];
        return id === undefined ? [] : [{ per, id, limits: limitsFrom(budget) }];
      }),
    ),
    ...(loops === "off" && { loops }),
    ...(typeof identical === "object" && { loops: { limit: identical.limit, windowMs: identical.windowMs } }),
  };
}

/** The same of one card. */
export function cardBudgetFrom({ budget, estimate }: WrittenPolicy["routes"][number]): Pick<RouteCard, "budget" | "estimate"> {
  const bytes = estimate?.bytes === undefined ? undefined : parseByteSize(estimate.bytes);
  return {
    ...(budget !== undefined && { budget: { owner: budget.owner, limits: limitsFrom(budget) } }),
    ...(estimate !== undefined && { estimate: { cost: estimate.cost, ...(bytes !== undefined && { bytes }) } }),
  };
}

function limitsFrom(written: Readonly<Partial<Record<BudgetResource, string | undefined>>>): readonly BudgetLimit[] {
  return budgetResources.flatMap((resource) => {
    const text = written[resource];
    const limit = text === undefined ? undefined : parseBudgetLimit(resource, text);
    return typeof limit === "object" ? [limit] : [];
  });
}
