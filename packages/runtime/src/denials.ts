import type { Decided, Foreseen } from "@postern/evidence";
import { type CallTarget, denialCodes, type Deny, type DenialCode, type Matched, type RouteCard, unaskedRecord } from "@postern/policy";
import { undeclared } from "./asking.ts";
import { budgetWords } from "./budget-words.ts";
import type { GuardRequest } from "./guard-request.ts";
import type { HumanAnswer } from "./human-answer.ts";

type Match = Extract<Matched, { readonly release: unknown }>;

/** A refusal that needs no target and no card. */
export function refusal(code: DenialCode, rule: string, message: string): Deny {
  return { decision: "deny", code, rule, message, targets: [], trace: [] };
}

/** No place among the running calls. A call that was cancelled, or waited for too long, never got one either. */
export function crowded(why: "busy" | "aborted" | "late"): Deny {
  if (why === "aborted") return refusal("limit.busy", "cancelled-while-waiting", "The call was cancelled before it had a place to run.");
  const denial =
    why === "busy"
      ? refusal("limit.busy", "queue-full", "Too many calls are waiting already; try again when some have ended.")
      : refusal("limit.busy", "waited-too-long", "Other calls took all places for as long as a call may wait, so this one was not made; try again.");
  return { ...denial, retryAfter: 1000 };
}

/** The card asks for a human's yes, and there is nobody here to ask. */
export function unapproved({ card, decision }: Match, lacks: string): Deny {
  return {
    ...refusal("approval.required", `approval:${card.id}`, askless(lacks)),
    route: card.id,
    targets: decision.targets,
    trace: decision.trace,
  };
}

/** What came of the question is no yes to this call. */
export function unanswered(
  { card, decision }: Pick<Match, "card" | "decision">,
  said: Exclude<HumanAnswer, "accepted">,
  why: Withdrawal = "call-cancelled",
): Deny {
  const rule = `approval:${said === "withdrawn" ? why : said}`;
  const [code, message]: readonly [DenialCode, string] =
    said === "withdrawn" && why === "policy-changed"
      ? ["approval.mismatch", "The policy changed while the question was open, so no answer to it counts; call again to have it asked anew."]
      : ["approval.declined", withoutYes[said]];
  return { ...refusal(code, rule, message), route: card.id, targets: decision.targets, trace: decision.trace };
}

/** Why a question was taken back. */
export type Withdrawal = "call-cancelled" | "policy-changed" | "server-ended";

const withoutYes: Readonly<Record<Exclude<HumanAnswer, "accepted">, string>> = {
  declined: "The human who was asked said no, so nothing was done.",
  cancelled: "The human who was asked did not answer, so nothing was done.",
  invalid: "What came back was no answer to the question, so nothing was done.",
  "timed-out": "The human who was asked did not answer in time, so nothing was done.",
  withdrawn: "The question was taken back before it was answered, so nothing was done.",
};

/** An answer came, and nothing was asked that it would answer. */
export function unasked({ card, decision }: Match): Deny {
  return { ...refusal("approval.mismatch", "approval:no-question", mismatched), route: card.id, targets: decision.targets, trace: decision.trace };
}

const mismatched = "The answer was not given for this call as it stands now; call again without it to have the human asked.";

function notThisYes({ card, decision }: Match, { code, rule }: Extract<Decided, { decision: "unapproved" }>): Deny {
  const messages = {
    "approval.declined": "The human's yes came too late, so nothing was done; call again to have it asked anew.",
    "approval.replayed": "The approval was used before; each yes lets one call happen, once.",
    "approval.mismatch": mismatched,
    "limit.busy": manyQuestions,
  };
  const again = code === "limit.busy" && { retryAfter: 1000 };
  return { ...refusal(code, rule, messages[code]), route: card.id, targets: decision.targets, trace: decision.trace, ...again };
}

/** A target kind failed while it resolved. What was not proven is not allowed. */
export function unresolved(): Deny {
  return refusal("policy.no_route", "resolve-failed", "A target of the call could not be resolved, so no card covers it.");
}

/** The same of a call whose cards all ask for one, before its targets are looked at: nothing that it names is resolved. Undefined: one may not. */
export function unaskable(cards: readonly RouteCard[], targets: readonly CallTarget[], { asking = undeclared, brought }: GuardRequest): Deny | undefined {
  if (asking.how !== "none" || brought !== undefined || cards.length === 0 || cards.some(({ approval }) => approval !== "required")) return undefined;
  const ids = cards.length === 1 ? cards.map(({ id }) => id) : ["every-card"];
  return { ...refusal("approval.required", `approval:${ids.join()}`, askless(asking.lacks)), targets: targets.map(unaskedRecord) };
}

function askless(lacks: string): string {
  return `The route card asks for a human's approval, and ${lacks}.`;
}

type Withheld = Exclude<Decided, { decision: "recorded" }> | Extract<Foreseen, { decision: "claimed" | "exhausted" }>;

/** What the log did not give: the idempotency key, or a place in the budget. */
export function ungiven(matched: Match, decided: Withheld): Deny {
  if (decided.decision === "exhausted") return exhausted(matched, decided);
  if (decided.decision === "unapproved") return notThisYes(matched, decided);
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

function exhausted({ card, decision }: Match, decided: Extract<Foreseen, { decision: "exhausted" }>): Deny {
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

const manyQuestions = "Too many questions wait for the human already; try again when some are answered.";

/** So many questions wait for one caller's human already that another one would not be read. */
export function crowdedQuestions({ card, decision }: Match): Deny {
  return {
    ...refusal("limit.busy", "questions-open", manyQuestions),
    route: card.id,
    targets: decision.targets,
    trace: decision.trace,
    retryAfter: 1000,
  };
}
