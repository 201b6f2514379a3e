import type { Effect } from "@postern/evidence";
import type { Deny, LoopLimit, Matched, Policy } from "@postern/policy";
import { callKey } from "./call-key.ts";
import { Declines } from "./declines.ts";
import { refusal } from "./denials.ts";
import type { GuardRequest } from "./guard-request.ts";
import { hash } from "node:crypto";
import type { HumanAnswer } from "./human-answer.ts";
import { LoopWatch, type Loop } from "./loop-watch.ts";

/** Where the policy says nothing: once a second, with a minute's worth at once. */
const defaultLimit: LoopLimit = { limit: 60, windowMs: 60_000 };

type Repeatable = Pick<GuardRequest, "principal" | "tool" | "arguments" | "digest" | "transport" | "brought">;

/** What of a call decides whether its repetition costs anybody anything. */
export interface Toll {
  readonly effect: Effect;
  readonly matched: Extract<Matched, { readonly release: unknown }>;
  /** It takes from a budget. */
  readonly budgeted: boolean;
}

/** What the guard asks about calls that repeat themselves. */
export interface Loops {
  /** The refusal of a call that cools down. Asked before anything is done for the call. */
  held(request: Repeatable): Deny | undefined;
  /** Counts a refusal; what it has become: itself, or that of a loop. */
  refused(request: Repeatable, denial: Deny): Deny;
  /** Counts a call that a card allows; undefined: it may go on. */
  allowed(request: Repeatable, toll: Toll): Deny | undefined;
  /** The refusal to ask a human again about a call; undefined: it may be asked about. */
  asking(request: Repeatable): Deny | undefined;
  /** Counts an answer of a human that was no yes. What no human said (the call was cancelled, the time was up) does not count. */
  unwanted(request: Repeatable, said: HumanAnswer): void;
}

/**
 * Stops who makes the same call over and over: same principal, same tool, arguments that say the same.
 *
 * Which calls count. Where the policy has `loops`, all do, and with `off` none. Otherwise those count whose repetition costs
 * somebody something:
 * - over either transport, calls that take from a budget or carry a credential: others share it;
 * - over HTTP besides, what is refused (so that probing is bounded), what changes something, and what reaches other hosts.
 * Reading one's own files is not among them: clients poll, and tests and benchmarks make ten thousand of one call. Nor is
 * what the user of a stdio process does alone: whoever started the process pays for it.
 *
 * Each request counts once. Where a card asks for approval, what comes with the answer of a human counts by itself, with the question
 * that it answers: a call and its yes are one, and a yes is taken also while the call cools down; one that is sent again and
 * again is a repetition of itself. Elsewhere an answer, which nobody asked for, makes no other call.
 *
 * The limit of 60 a minute lets a client poll each second for ever, and five times a second for 15 s. A model that is
 * stuck seldom calls faster than that; what slows it down is its budget. A human who says no is asked about the same call three
 * times more in a minute, over either transport.
 */
export function createLoops({ loops }: Pick<Policy, "loops">, openWorld: boolean): Loops {
  if (loops === "off") {
    const never = (): undefined => undefined;
    return { held: never, refused: (_request, denial) => denial, allowed: never, asking: never, unwanted: never };
  }
  const limit = loops ?? defaultLimit;
  const watch = new LoopWatch(limit);
  const declines = new Declines();
  const declined = (request: Repeatable): string => `${request.principal?.id} ${callKey(request)}`;
  const all = loops !== undefined;

  const denialOf = ({ sort, retryAfterMs }: Loop): Deny => {
    const which = sort === "identical" ? "The same call was" : "The same few calls were";
    const often = `more than ${limit.limit} times in ${limit.windowMs / 1000} s`;
    const message = `${which} repeated ${often}; try again in about ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s. Each time it takes longer.`;
    return { ...refusal("budget.loop", `loop:${sort}`, message), retryAfter: Math.ceil(retryAfterMs) };
  };
  const known = new WeakSet<Repeatable>();
  const counted = (request: Repeatable, key: string): Deny | undefined => {
    if (request.principal === undefined || known.has(request)) return undefined;
    known.add(request);
    const loop = watch.count(request.principal.id, key, performance.now());
    return loop === undefined ? undefined : denialOf(loop);
  };

  return {
    held(request) {
      const now = performance.now();
      if (request.principal === undefined || !watch.mayHold(request.principal.id, now)) return undefined;
      // Whether a card asks for the answer is not known yet.
      const loop = watch.held(request.principal.id, answeringKeyOf(request), now);
      return loop === undefined ? undefined : denialOf(loop);
    },
    refused(request, denial) {
      // A loop was counted already, and that the server is full is not the caller's doing.
      if (denial.code === "budget.loop" || denial.code === "limit.busy") return denial;
      const key = denial.code.startsWith("approval.") ? answeringKeyOf : callKey;
      return all || request.transport === "http" ? (counted(request, key(request)) ?? denial) : denial;
    },
    allowed(request, { effect, matched: { card, decision }, budgeted }) {
      const shared = budgeted || card.credential !== undefined;
      if (!all && !shared && (request.transport === "stdio" || (effect === "read" && !openWorld))) return undefined;
      const denial = counted(request, card.approval === "required" ? answeringKeyOf(request) : callKey(request));
      return denial === undefined ? undefined : { ...denial, route: card.id, targets: decision.targets, trace: decision.trace };
    },
    asking(request) {
      const retryAfter = Math.ceil(declines.wait(declined(request), performance.now()));
      if (retryAfter === 0) return undefined;
      const message = `The human said no to this call over and over, and is asked about it again in about ${Math.ceil(retryAfter / 1000)} s at the earliest.`;
      return { ...refusal("budget.loop", "loop:declined", message), retryAfter };
    },
    unwanted(request, said) {
      if (said === "declined" || said === "cancelled" || said === "invalid") declines.count(declined(request), performance.now());
    },
  };
}

/** The key of a call with the question that it answers. */
function answeringKeyOf(request: Repeatable): string {
  const { brought } = request;
  return brought === undefined ? callKey(request) : `${callKey(request)} ${hash("sha256", brought.token ?? "", "base64")}`;
}
