import { hash } from "node:crypto";
import type { Effect } from "@postern/evidence";
import type { Deny, LoopLimit, Matched, Policy } from "@postern/policy";
import { refusal } from "./denials.ts";
import type { ExplainRequest, GuardRequest } from "./guard-request.ts";
import { LoopWatch, type Loop } from "./loop-watch.ts";

/** Where the policy says nothing: once a second, with a minute's worth at once. */
const defaultLimit: LoopLimit = { limit: 60, windowMs: 60_000 };
/** Arguments up to so many bytes are compared by what they say; larger ones as they are written. */
const comparedBytes = 64 * 1024;

type Repeatable = Pick<GuardRequest, "principal" | "tool" | "arguments" | "digest" | "transport">;

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
 * The limit of 60 a minute lets a client poll each second for ever, and five times a second for 15 s. A model that is
 * stuck seldom calls faster than that; what slows it down is its budget.
 */
export function createLoops({ loops }: Pick<Policy, "loops">, openWorld: boolean): Loops {
  if (loops === "off") return { held: () => undefined, refused: (_request, denial) => denial, allowed: () => undefined };
  const limit = loops ?? defaultLimit;
  const watch = new LoopWatch(limit);
  const all = loops !== undefined;

  const denialOf = ({ sort, retryAfterMs }: Loop): Deny => {
    const which = sort === "identical" ? "The same call was" : "The same few calls were";
    const often = `more than ${limit.limit} times in ${limit.windowMs / 1000} s`;
    const message = `${which} repeated ${often}; try again in about ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s. Each time it takes longer.`;
    return { ...refusal("budget.loop", `loop:${sort}`, message), retryAfter: Math.ceil(retryAfterMs) };
  };
  const counted = (request: Repeatable): Deny | undefined => {
    if (request.principal === undefined) return undefined;
    const loop = watch.count(request.principal.id, keyOf(request), performance.now());
    return loop === undefined ? undefined : denialOf(loop);
  };

  return {
    held(request) {
      const now = performance.now();
      if (request.principal === undefined || !watch.mayHold(request.principal.id, now)) return undefined;
      const loop = watch.held(request.principal.id, keyOf(request), now);
      return loop === undefined ? undefined : denialOf(loop);
    },
    refused(request, denial) {
      // A loop was counted already, and that the server is full is not the caller's doing.
      if (denial.code === "budget.loop" || denial.code === "limit.busy") return denial;
      return all || request.transport === "http" ? (counted(request) ?? denial) : denial;
    },
    allowed(request, { effect, matched: { card, decision }, budgeted }) {
      const shared = budgeted || card.credential !== undefined;
      if (!all && !shared && (request.transport === "stdio" || (effect === "read" && !openWorld))) return undefined;
      const denial = counted(request);
      return denial === undefined ? undefined : { ...denial, route: card.id, targets: decision.targets, trace: decision.trace };
    },
  };
}

/** One key for arguments that say the same, in whatever order. */
function keyOf({ tool, arguments: given, digest }: Pick<GuardRequest, "digest"> & ExplainRequest): string {
  return `${tool.slice(0, 128)} ${digest.bytes > comparedBytes ? digest.sha256 : hash("sha256", canonical(given) ?? digest.sha256, "base64")}`;
}

function canonical(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : member,
    );
  } catch {
    // nested deeper than the stack: such arguments are refused, and are compared as they are written
    return undefined;
  }
}
