import type { BudgetName, Effect, Receipt } from "@postern/evidence";
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

/** What was read stays here; what was changed is changed, and says so. */
export function overspent(budget: BudgetName, receipt: Receipt, effect: Effect): Answer {
  const which = budgetWords(budget);
  if (effect !== "read") {
    const done = `It is done. What there is to tell of it takes more of ${which} than is left, so it is held back.`;
    return allowedAnswer({ content: [{ type: "text", text: done }] }, receipt, []);
  }
  const message = `The answer takes more of ${which} than it has left, so it is held back; ask for less, or later.`;
  return failedAnswer("budget.exhausted", message, receipt);
}
