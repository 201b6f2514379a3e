import { budgetResources, budgetSubjects, parseBudgetLimit, type BudgetLimit, type BudgetResource, type BudgetSubject } from "./budget.ts";
import { parseByteSize } from "./byte-size.ts";
import type { WrittenPolicy } from "./policy-schema.ts";
import { hint, type Found } from "./schema-problems.ts";
import type { Path } from "./yaml-source.ts";

type Card = WrittenPolicy["routes"][number];
type Written = Readonly<Partial<Record<BudgetResource, string | undefined>>>;

const kinds: Readonly<Record<BudgetSubject, string>> = {
  owner: "no card names this owner",
  principal: "no principal has this id",
  tenant: "no principal has this tenant",
  lane: "no credential has this name",
};

/** Budgets that lead nowhere, say nothing, contradict one another, or could never pay a single call. */
export function* budgetProblems(policy: WrittenPolicy): Generator<Found> {
  const { routes, budgets, loops } = policy;
  const known: Readonly<Record<BudgetSubject, readonly string[]>> = {
    owner: [...new Set(routes.flatMap(({ budget }) => budget?.owner ?? []))],
    principal: policy.principals.map(({ id }) => id),
    tenant: [...new Set(policy.principals.map(({ tenant }) => tenant))],
    lane: Object.keys(policy.credentials),
  };
  const seen = new Set<string>();
  for (const [index, budget] of budgets.entries()) {
    const path = ["budgets", index];
    const named = subjectsOf(budget);
    const [only] = named;
    if (only === undefined || named.length > 1) {
      yield value(path, `needs exactly one of ${budgetSubjects.join(", ")}: whose budget it is`);
    } else {
      const { per, id } = only;
      if (!known[per].includes(id)) yield value([...path, per], `${kinds[per]}${hint(id, known[per])}`);
      if (seen.has(`${per} ${id}`)) yield value([...path, per], "stands here for the second time");
      seen.add(`${per} ${id}`);
    }
    if (limitsOf(budget).length === 0) yield value(path, "needs at least one limit: calls, bytes or cost");
    yield* limitProblems(budget, path);
  }
  for (const [index, card] of routes.entries()) {
    const path = ["routes", index];
    const { budget, estimate } = card;
    const elsewhere = budget !== undefined && budgets.some(({ owner }) => owner === budget.owner);
    if (budget !== undefined && limitsOf(budget).length === 0 && !elsewhere) {
      yield value([...path, "budget"], "needs at least one limit: calls, bytes or cost, here or of its owner in budgets");
    }
    if (budget !== undefined) yield* limitProblems(budget, [...path, "budget"]);
    if (estimate?.bytes !== undefined && parseByteSize(estimate.bytes) === undefined) yield value([...path, "estimate", "bytes"], "write it like 200KB");
    yield* unpayable(card, path, policy);
  }
  yield* disagreements(policy);
  const identical = typeof loops === "object" ? parseBudgetLimit("calls", loops.identical) : undefined;
  if (typeof identical === "string") yield value(["loops", "identical"], identical);
}

function subjectsOf(budget: WrittenPolicy["budgets"][number]): readonly { readonly per: BudgetSubject; readonly id: string }[] {
  return budgetSubjects.flatMap((per) => {
    const id = budget[per];
    return id === undefined ? [] : [{ per, id }];
  });
}

/** The limits that are written as limits are; the others are problems of their own. */
function limitsOf(written: Written): readonly (BudgetLimit | string)[] {
  return budgetResources.flatMap((resource) => {
    const text = written[resource];
    return text === undefined ? [] : [parseBudgetLimit(resource, text)];
  });
}

function* limitProblems(written: Written, path: Path): Generator<Found> {
  for (const resource of budgetResources) {
    const text = written[resource];
    const limit = text === undefined ? undefined : parseBudgetLimit(resource, text);
    if (typeof limit === "string") yield value([...path, resource], limit);
  }
}

/** A card whose every call is expected to take more than a budget ever holds allows nothing, which nobody means. */
function* unpayable(card: Card, path: Path, { budgets, principals }: WrittenPolicy): Generator<Found> {
  const { budget, estimate, credential } = card;
  if (estimate === undefined) return;
  const bytes = estimate.bytes === undefined ? undefined : parseByteSize(estimate.bytes);
  const tenants = principals.filter(({ id }) => card.principals.includes(id)).map(({ tenant }) => tenant);
  const applies = budgets.filter(
    ({ owner, principal, tenant, lane }) =>
      (owner !== undefined && owner === budget?.owner) ||
      (principal !== undefined && card.principals.includes(principal)) ||
      (tenant !== undefined && tenants.includes(tenant)) ||
      (lane !== undefined && lane === credential),
  );
  for (const limit of [...(budget === undefined ? [] : [budget]), ...applies].flatMap(limitsOf)) {
    if (typeof limit === "string" || limit.resource === "calls") continue;
    const wanted = limit.resource === "cost" ? estimate.cost : bytes;
    if (wanted !== undefined && wanted > limit.limit) {
      yield value([...path, "estimate", limit.resource], `is more than a budget of ${limit.limit} that its calls take from, so none could ever be made`);
      return;
    }
  }
}

/** One bucket, one limit: with two, what it holds would be a matter of which call came last. */
function* disagreements({ routes, budgets }: WrittenPolicy): Generator<Found> {
  const said = new Map<string, number>();
  const places: readonly (readonly [string, Written, Path])[] = [
    ...budgets.flatMap((budget, index) => (budget.owner === undefined ? [] : [[budget.owner, budget, ["budgets", index]] as const])),
    ...routes.flatMap(({ budget }, index) => (budget === undefined ? [] : [[budget.owner, budget, ["routes", index, "budget"]] as const])),
  ];
  for (const [owner, written, path] of places) {
    for (const limit of limitsOf(written)) {
      if (typeof limit === "string") continue;
      const key = `${owner} ${limit.resource} ${limit.windowMs}`;
      const other = said.get(key);
      said.set(key, other ?? limit.limit);
      if (other === undefined || other === limit.limit) continue;
      yield value(
        [...path, limit.resource],
        `owner ${owner} has one budget, and elsewhere its limit is ${other}; say the same, leave it out here, or name another owner`,
      );
    }
  }
}

function value(path: Path, message: string): Found {
  return { path, at: "value", message };
}
