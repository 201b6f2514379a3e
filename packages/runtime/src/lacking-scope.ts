import { type CallTarget, type Deny, type Matched, type PolicyHttp, type Principal, type RouteCard, unaskedRecord } from "@postern/policy";

type Match = Extract<Matched, { readonly release: unknown }>;

/**
 * The refusal where the card of a call asks for scopes that the caller's access token does not have; undefined: it has them.
 * Only a token knows scopes: whoever is proven in another way is held by cards alone. A caller with a token of which no
 * scopes are known has none.
 */
export function lackingScope(
  { card, decision }: Match,
  principal: Principal,
  held: readonly string[] | undefined,
  http: PolicyHttp | undefined,
): Deny | undefined {
  const refusal = refusalOf(card, principal, held, http);
  // Where a target leads is for those who may go there.
  const targets = decision.targets.map(({ kind, argument, raw, operation }) => ({ kind, argument, raw, operation, decision: "deny" as const }));
  return refusal === undefined ? undefined : { ...refusal, targets, trace: decision.trace };
}

function refusalOf(card: RouteCard, principal: Principal, held: readonly string[] | undefined, http: PolicyHttp | undefined): Deny | undefined {
  const { scopes: needed = [] } = card;
  if (needed.length === 0 || principal.proof !== "jwt") return undefined;
  const implied = impliedBy(held ?? [], http?.scopes ?? {});
  const missing = needed.find((scope) => !implied.has(scope));
  if (missing === undefined) return undefined;
  // All that the card asks for, so that one more step with the issuer is enough.
  const scope = needed.join(" ");
  return {
    decision: "deny",
    code: "principal.scope",
    rule: `scope:${missing}`,
    message: `The access token lacks a scope; this call needs ${scope}.`,
    scope,
    route: card.id,
    targets: [],
    trace: [],
  };
}

/**
 * The refusal of a call that none of the caller's cards could carry with this token, before any of its targets is resolved:
 * a name is asked of no resolver, and no path is looked at. Undefined: one of the cards may.
 */
export function lackingEveryScope(
  cards: readonly RouteCard[],
  targets: readonly CallTarget[],
  principal: Principal,
  held: readonly string[] | undefined,
  http: PolicyHttp | undefined,
): Deny | undefined {
  const refusals = cards.map((card) => refusalOf(card, principal, held, http));
  const [first] = refusals;
  return first !== undefined && refusals.every((refusal) => refusal !== undefined) ? { ...first, targets: targets.map(unaskedRecord) } : undefined;
}

/** The scopes that a call asks of this caller's token, for explanations, to which nobody brings one. */
export function scopesAsked({ card }: Match, principal: Principal): { readonly scopes?: readonly string[] } {
  return card.scopes === undefined || principal.proof !== "jwt" ? {} : { scopes: card.scopes };
}

/** Some scopes, and all that they imply, step by step; one that implies itself on the way is met once. */
export function impliedBy(held: readonly string[], scopes: PolicyHttp["scopes"]): ReadonlySet<string> {
  const all = new Set(held);
  // A set gives what is added to it while it is gone through.
  for (const scope of all) if (Object.hasOwn(scopes, scope)) for (const implied of scopes[scope] ?? []) all.add(implied);
  return all;
}
