import { randomBytes } from "node:crypto";
import type { ApprovalStep } from "@postern/evidence";
import type { Deny, RouteCard } from "@postern/policy";
import { askedAnswer, type Answer } from "./answer.ts";
import { type Asking, undeclared } from "./asking.ts";
import { boundCall, type BoundCall } from "./bound-call.ts";
import { startDeadline } from "./deadline.ts";
import { crowdedQuestions, unanswered, unapproved, unasked, type Withdrawal } from "./denials.ts";
import type { GuardRequest } from "./guard-request.ts";
import { type Brought, type HumanAnswer, humanAnswer } from "./human-answer.ts";
import { previewCall, type PreviewParts } from "./preview-call.ts";
import type { Question } from "./question.ts";
import type { AnyTool } from "./tool.ts";

export interface ApprovalsParts extends PreviewParts {
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

/** The yes that lets a call happen, to be used up by the transaction of its decision. */
export interface Yes {
  readonly form: "yes";
  readonly step: ApprovalStep;
}

/**
 * The humans of one guard's callers. Guarantees: no call of a card that asks for approval gets on without a yes that was
 * given to a question about the very same call; a question charges nothing and holds no place, no target and no budget while
 * it waits; each round leaves its own record, linked by the question's name.
 */
export interface Approvals {
  /** Where a call stands, once its one card asks for approval and before anything is charged. */
  before(call: BoundCall & Pick<PreviewCall, "deadline" | "options">): Promise<Answer | Waiting | Yes>;
  /** Waits for the human. The same call with a yes, to be decided anew; or the denial that anything else ends in. */
  wait(waiting: Waiting): Promise<GuardRequest | Answer>;
  /** Takes back all questions, now and later. */
  withdraw(why: Withdrawal): void;
}

/** What becomes of the question to a call that is refused: without a yes it is over, and no later one counts. */
export function endOf(brought: Brought | undefined): ApprovalStep | undefined {
  return brought?.token === undefined || brought.said === "accepted" ? undefined : { step: "end", token: brought.token };
}

type PreviewCall = Parameters<typeof previewCall>[0];

export function createApprovals(parts: ApprovalsParts): Approvals {
  const { limits, deny } = parts;
  const waiting = new Map<string, number>();
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
      const { request, tool, principal, matched } = call;
      const { card } = matched;
      const { brought, asking = undeclared } = request;
      if (brought !== undefined) {
        const { token, said } = brought;
        if (token === undefined) return deny(request, unasked(matched), tool, card);
        if (said !== "accepted") return deny(request, unanswered(matched, said), tool, card);
        return { form: "yes", step: { step: "accept", token, bound: boundCall(call) } };
      }
      if (asking.how === "none") return deny(request, unapproved(matched, asking.lacks), tool, card);
      const leave = asking.how === "elicitation" ? enter(JSON.stringify([principal.tenant, principal.id])) : () => undefined;
      if (leave === undefined) return deny(request, crowdedQuestions(matched), tool, card);
      let waits = false;
      try {
        const token = randomBytes(32).toString("base64url");
        const step = { step: "ask", token, bound: boundCall(call), lifeMs: limits.approvalMs } as const;
        const previewed = await previewCall({ ...call, asking, step }, parts);
        if ("form" in previewed) return previewed;
        const { question, receipt } = previewed;
        if (asking.how === "input_required") return askedAnswer(question, token, receipt);
        waits = true;
        return { form: "waiting", request, call: { tool, card, decision: matched.decision }, question, token, asking, leave };
      } finally {
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
      const next: GuardRequest = { ...request, brought: { how: "elicitation", token, said } };
      if (said === "accepted") return next;
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
