import type { Effect, Exceeded, Receipt } from "@postern/evidence";
import { denialCodes, failureCodes, type DenialCode, type FailureCode } from "@postern/policy";
import { budgetWords } from "./budget-words.ts";
import { allowedAnswer, deniedAnswer, failedAnswer, type Answer } from "./answer.ts";
import { refusal } from "./denials.ts";

/** Nothing was done, since nothing could be written down. */
export function unrecorded(): Answer {
  return deniedAnswer(refusal("evidence.unavailable", "evidence", "The evidence log cannot be written now, so nothing was done."), undefined);
}

/** The call ran, and nobody could be told so later. */
export function unsettled(receipt: Receipt): Answer {
  const message = "The call ran, but its outcome could not be recorded, so its answer is held back.";
  return failedAnswer("evidence.unavailable", message, receipt);
}

/** What of an ended call decides what may be told of it. */
export interface Untold {
  readonly effect: Effect;
  /** Absent: it went well. */
  readonly code?: FailureCode | DenialCode;
}

/** What was read stays here; what was changed is changed, and says so; what failed has failed, and its code is all that is told. */
export function overspent(budget: Exceeded, receipt: Receipt, { effect, code }: Untold): Answer {
  const which = budgetWords(budget);
  const held = `What there is to tell of it takes more of ${which} than is left, so it is held back.`;
  if (code !== undefined) return failedAnswer(code, `${{ ...denialCodes, ...failureCodes }[code]} ${held}`, receipt);
  if (effect !== "read") return allowedAnswer({ content: [{ type: "text", text: `It is done. ${held}` }] }, receipt, []);
  return failedAnswer("budget.exhausted", `The answer takes more of ${which} than it has left, so it is held back; ${whenThere(budget)}.`, receipt, budget);
}

/** Nobody was asked: there is too little left for the question itself. */
export function unasked(budget: Exceeded, receipt: Receipt): Answer {
  const message = `The question to the human takes more of ${budgetWords(budget)} than it has left, so nobody was asked; ${whenThere(budget)}.`;
  return failedAnswer("budget.exhausted", message, receipt, budget);
}

function whenThere({ retryAfterMs }: Exceeded): string {
  return Number.isFinite(retryAfterMs)
    ? `there is enough for it in about ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s`
    : "it is more than the whole budget ever gives, so ask for less";
}
