import type { Decided } from "@postern/evidence";
import { denialCodes, type Deny, type DenialCode, type Matched } from "@postern/policy";
import { budgetWords } from "./budget-words.ts";

type Match = Extract<Matched, { readonly release: unknown }>;

/** A refusal that needs no target and no card. */
export function refusal(code: DenialCode, rule: string, message: string): Deny {
  return { decision: "deny", code, rule, message, targets: [], trace: [] };
}

/** No place among the running calls. A call that was cancelled while it waited never got one either. */
export function crowded(why: "busy" | "aborted"): Deny {
  return why === "busy"
    ? { ...refusal("limit.busy", "queue-full", "Too many calls are waiting already; try again when some have ended."), retryAfter: 1000 }
    : refusal("limit.busy", "cancelled-while-waiting", "The call was cancelled before it had a place to run.");
}

/** The card asks for a human's yes, and there is nobody here to ask. */
export function unapproved({ card, decision }: Match): Deny {
  return {
    ...refusal("approval.required", `approval:${card.id}`, "The route card asks for a human's approval, which this server cannot ask for yet."),
    route: card.id,
    targets: decision.targets,
    trace: decision.trace,
  };
}

/** A target kind failed while it resolved. What was not proven is not allowed. */
export function unresolved(): Deny {
  return refusal("policy.no_route", "resolve-failed", "A target of the call could not be resolved, so no card covers it.");
}

/** What the log did not give: the idempotency key, or a place in the budget. */
export function ungiven(matched: Match, decided: Exclude<Decided, { decision: "recorded" }>): Deny {
  if (decided.decision === "exhausted") return exhausted(matched, decided);
  const { card, decision } = matched;
  const more = decided.code === "input.key_unknown" ? " Find out whether it took effect; to send it again, use another key." : "";
  return {
    ...refusal(decided.code, "idempotency", `${denialCodes[decided.code]}${more}`),
    route: card.id,
    targets: decision.targets,
    trace: decision.trace,
    ...(decided.code === "input.key_in_flight" && { retryAfter: 1000 }),
  };
}

function exhausted({ card, decision }: Match, decided: Extract<Decided, { decision: "exhausted" }>): Deny {
  const { budgetName, retryAfterMs } = decided;
  const ever = Number.isFinite(retryAfterMs);
  const which = budgetWords(budgetName);
  const message = ever
    ? `${which.replace("the", "The")} is used up; it has room again in about ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s.`
    : `The call takes more than the whole of ${which} gives; make it smaller.`;
  return {
    ...refusal("budget.exhausted", `budget:${budgetName.per}:${budgetName.resource}`, message),
    route: card.id,
    targets: decision.targets,
    trace: decision.trace,
    ...(ever && { retryAfter: retryAfterMs }),
  };
}
