import { randomBytes } from "node:crypto";
import type { ApprovalStep, Claim, Reservation } from "@postern/evidence";
import type { Deny, RouteCard } from "@postern/policy";
import { askedAnswer, type Answer } from "./answer.ts";
import { type Asking, undeclared } from "./asking.ts";
import { boundCall, type BoundCall } from "./bound-call.ts";
import { startDeadline } from "./deadline.ts";
import { recordOf } from "./call-record.ts";
import { crowded, crowdedQuestions, unanswered, unapproved, unasked, ungiven, type Withdrawal } from "./denials.ts";
import type { GuardRequest } from "./guard-request.ts";
import { unrecorded } from "./held-back.ts";
import type { Loops } from "./loops.ts";
import { type Brought, type HumanAnswer, humanAnswer } from "./human-answer.ts";
import { previewCall, type PreviewParts } from "./preview-call.ts";
import type { Question } from "./question.ts";
import { createSlots, type Slots } from "./slots.ts";
import type { AnyTool } from "./tool.ts";

export interface ApprovalsParts extends PreviewParts {
  /** Counts what humans said no to, and what is asked again of them. */
  readonly loops: Pick<Loops, "asking" | "unwanted">;
  /** Records a denial and makes the answer of it. */
  deny(request: GuardRequest, decision: Deny, tool: AnyTool, card: RouteCard): Promise<Answer>;
}

/** A call whose human is asked while it waits. Holds nothing of its targets. */
export interface Waiting {
  readonly form: "waiting";
  readonly request: GuardRequest;
  readonly call: Pick<BoundCall, "tool"> & Pick<BoundCall["matched"], "card" | "decision">;
  readonly question: Question;
  readonly token: string;
  readonly asking: Extract<Asking, { readonly how: "elicitation" }>;
  leave(): void;
}

/** A call that has a place among those that run. */
export interface Placed {
  /** Gives the place back. */
  leave(): void;
}

/** What lets a call go on: the yes, to be used up by the transaction of its decision, or that it does nothing which was not done before. */
export interface Yes {
  readonly form: "yes";
  readonly step?: ApprovalStep;
  readonly claim: Claim | undefined;
}

/**
 * The humans of one guard's callers. Guarantees: no call of a card that asks for approval gets on without a yes that was
 * given to a question about the very same call; a question charges nothing and holds no place, no target and no budget while
 * it waits, and is not asked where budget or idempotency key refuse the call already; each round leaves its own record, linked by the question's name.
 */
export interface Approvals {
  /** Where a call stands, once its one card asks for approval and before anything is charged. */
  before(call: BoundCall & Pick<PreviewCall, "deadline" | "options" | "budgets"> & Charged & Placed): Promise<Answer | Waiting | Yes>;
  /** Waits for the human. The same call with a yes, to be decided anew; or the denial that anything else ends in. */
  wait(waiting: Waiting): Promise<GuardRequest | Answer>;
  /** Takes back all questions, now and later. */
  withdraw(why: Withdrawal): void;
}

/** What the call is to take, of which a question takes nothing. */
export interface Charged {
  readonly reservation: Reservation | undefined;
  readonly claim: Claim | undefined;
}

/** What becomes of the question to a call that is refused: without a yes it is over, and no later one counts. */
export function endOf(brought: Brought | undefined): ApprovalStep | undefined {
  return brought?.token === undefined || brought.said === "accepted" ? undefined : { step: "end", token: brought.token };
}

type PreviewCall = Parameters<typeof previewCall>[0];

export function createApprovals(parts: ApprovalsParts): Approvals {
  const { limits, deny, loops } = parts;
  const waiting = new Map<string, number>();
  // A preview may read all of a large file. Nobody's previews take the places of calls, or all of the places of previews.
  const previews = createSlots(limits.previews, limits.questions, 1);
  const withdrawn = new AbortController();
  let reason: Withdrawal = "server-ended";

  /** Undefined: too many wait already. */
  function enter(caller: string): (() => void) | undefined {
    const count = waiting.get(caller) ?? 0;
    if (count >= limits.questions) return undefined;
    waiting.set(caller, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (waiting.get(caller) ?? 1) - 1;
      if (now === 0) waiting.delete(caller);
      else waiting.set(caller, now);
    };
  }

  return {
    async before(call) {
      const { request, tool, principal, matched, reservation, claim } = call;
      const { card } = matched;
      const { brought, asking = undeclared } = request;
      if (brought !== undefined) {
        const { token, said } = brought;
        if (token === undefined) return deny(request, unasked(matched), tool, card);
        if (said !== "accepted") {
          loops.unwanted(request, said);
          return deny(request, unanswered(matched, said), tool, card);
        }
        return { form: "yes", step: { step: "accept", token, bound: boundCall(call) }, claim };
      }
      if (asking.how === "none") return deny(request, unapproved(matched, asking.lacks), tool, card);
      const about = { route: card.id, targets: matched.decision.targets, trace: matched.decision.trace };
      const again = loops.asking(request);
      if (again !== undefined) return deny(request, { ...again, ...about }, tool, card);
      const caller = JSON.stringify([principal.tenant, principal.id]);
      const leave = enter(caller);
      if (leave === undefined) return deny(request, crowdedQuestions(matched), tool, card);
      let waits = false;
      let place: Awaited<ReturnType<Slots["enter"]>> = () => undefined;
      try {
        const foreseen = await parts.evidence.foresee(recordOf(request, { ...call, card, decision: matched.decision }), reservation, claim);
        if (foreseen === undefined) return unrecorded();
        // Nothing happens but that the first one's end is told.
        if (foreseen.decision === "repeated" && claim !== undefined) return { form: "yes", claim: { ...claim, repeatOnly: true } };
        if (foreseen.decision === "exhausted" || foreseen.decision === "claimed") return await deny(request, ungiven(matched, foreseen), tool, card);
        if (tool.preview !== undefined) {
          call.leave();
          place = await previews.enter(caller, call.deadline.signal);
          if (typeof place === "string") return await deny(request, { ...crowded(place), ...about }, tool, card);
        }
        const token = randomBytes(32).toString("base64url");
        const step = { step: "ask", token, bound: boundCall(call), lifeMs: limits.approvalMs, most: limits.questions } as const;
        const previewed = await previewCall({ ...call, asking, step }, parts);
        if ("form" in previewed) return previewed;
        const { question, receipt } = previewed;
        if (asking.how === "input_required") return askedAnswer(question, token, receipt);
        waits = true;
        return { form: "waiting", request, call: { tool, card, decision: matched.decision }, question, token, asking, leave };
      } finally {
        if (typeof place !== "string") place();
        if (!waits) leave();
      }
    },
    async wait({ request, call, question, token, asking, leave }) {
      const clock = startDeadline(limits.approvalMs, [request.signal, withdrawn.signal]);
      let said: HumanAnswer;
      try {
        said = humanAnswer(await asking.ask(question, clock.signal));
      } catch {
        said = clock.stopped() === "deadline" ? "timed-out" : clock.stopped() === "cancelled" ? "withdrawn" : "cancelled";
      } finally {
        clock.end();
        leave();
      }
      const clientRoots = said === "accepted" ? await request.rootsNow?.() : undefined;
      const next: GuardRequest = { ...request, ...(clientRoots && { clientRoots }), brought: { how: "elicitation", token, said } };
      if (said === "accepted") return next;
      loops.unwanted(request, said);
      const why = withdrawn.signal.aborted ? reason : "call-cancelled";
      return deny(next, unanswered(call, said, why), call.tool, call.card);
    },
    withdraw(why) {
      if (withdrawn.signal.aborted) return;
      reason = why;
      withdrawn.abort();
    },
  };
}
