import { once } from "node:events";
import type { Receipt } from "@postern/evidence";
import { callLimits, createMatcher, type Deny, type Matched, type MatchNeighbor, type Policy, type Principal, type RouteCard } from "@postern/policy";
import { allowedAnswer, deniedAnswer, failedAnswer, unknownAnswer, type Answer } from "./answer.ts";
import { createApprovals, endOf, type Waiting } from "./approvals.ts";
import { readArguments, type Accepted } from "./arguments.ts";
import { callContext } from "./call-context.ts";
import { copiedBytes, recordOf, refusalRecord } from "./call-record.ts";
import { closedBefore } from "./closed-before.ts";
import { startDeadline } from "./deadline.ts";
import { crowded, refusal, ungiven, unresolved, type Withdrawal } from "./denials.ts";
import { matchTool } from "./discovery.ts";
import { runHandler } from "./execute.ts";
import { createAnswerSizes } from "./answer-sizes.ts";
import { classOf, foresee, madeBy } from "./foresee.ts";
import { finishCall } from "./finish-call.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { ExplainRequest, Explanation, GuardRequest, Refusal } from "./guard-request.ts";
import { claimEnd, claimOf, repetition } from "./idempotency.ts";
import { lackingScope, scopesAsked } from "./lacking-scope.ts";
import { withLane } from "./lanes.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { createLoops } from "./loops.ts";
import { overspent, unrecorded, unsettled } from "./held-back.ts";
import { createProgress } from "./progress.ts";
import { releaseAll } from "./release-all.ts";
import { reportInternal } from "./report-internal.ts";
import { reservationOf } from "./reservation.ts";
import { createSlots, type Slots } from "./slots.ts";
import { createTold } from "./told.ts";
import type { AnyTool, ServerDefinition } from "./tool.ts";
import { writerTo } from "./write-evidence.ts";

export interface Guard {
  readonly definition: ServerDefinition;
  readonly policy: Policy;
  readonly limits: Limits;
  /** The tools that this principal may call, in the definition's order. */
  toolsFor(principal: Principal | undefined): readonly AnyTool[];
  /** One call from the arguments to the answer. Never rejects. */
  call(request: GuardRequest): Promise<Answer>;
  /** Records a message that is no call. Undefined where the log could not take it. */
  refuse(refused: Refusal, who: { readonly principal: string; readonly tenant: string }): Promise<Receipt | undefined>;
  /** The same steps as `call` up to the one card. Nothing is recorded, charged, minted or run. */
  explain(request: ExplainRequest): Promise<Explanation>;
  /** What the principal's cards give for one tool, one line per target, for people. */
  granted(principal: string, tool: string): readonly string[];
  cardsOf(principal: string): readonly RouteCard[];
  /** Takes secrets of lanes out of a message. Every transport passes what it sends through this, answers and all the rest. */
  scrub<Value>(message: Value): Value;
  /** Denied calls just outside the cards, for the checker. */
  neighbors(): readonly MatchNeighbor[];
  /** Clears away what dead processes of ours left in the cards' targets. Beside the calls, for after a start. Never rejects. */
  tend(): Promise<void>;
  /** Takes back the questions that wait for a human, and asks no more. */
  withdraw(why: Withdrawal): void;
  /** `abort` (default) stops the calls that run, `drain` lets them end. Resolves when their outcomes are written. */
  close(how?: "abort" | "drain"): Promise<void>;
}

interface Admitted {
  readonly principal: Principal;
  readonly tool: AnyTool;
  readonly accepted: Accepted;
}

/**
 * Makes the guard of one server under one policy. Guarantees: no handler runs before the decision of its call is
 * committed; no answer leaves before its outcome is; every call leaves exactly one decision, whatever it holds; a tool
 * that is hidden and one that does not exist are one case. Throws `PolicyError` when the policy's targets cannot be used.
 */
export function createGuard(options: GuardOptions): Guard {
  const { definition, policy } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const tools = new Map(definition.tools.map((tool): [string, AnyTool] => [tool.name, tool]));
  const { home, base, own, state, lanes } = options;
  const { options: keys, kinds } = definition;
  const scrub = lanes?.scrub ?? (<Value>(value: Value): Value => value);
  const kept = { ...(keys && { options: keys }), ...(kinds && { kinds }), ...(state !== undefined && { state }), ...(lanes && { lanes: lanes.of }) };
  const matcher = createMatcher({ policy, server: definition.name, tools: definition.tools.map(matchTool), home, base, own, ...kept });
  const redactors = { secrets: options.redactor("secrets"), none: options.redactor("none") };
  // Where there are several callers, none of them has all the places.
  const share = policy.principals.length > 1 ? 0.75 : 1;
  const places = (count: number): Slots => createSlots(count, limits.waiting, Math.ceil(count * share));
  const [shortSlots, longSlots] = [places(limits.running), places(limits.runningLong)] as const;
  const evidence = writerTo(options.log, scrub);
  const sizes = createAnswerSizes();
  const loops = createLoops(policy, definition.openWorld === true);
  const shutdown = new AbortController();
  const open = new Set<Promise<unknown>>();
  const closedTo = closedBefore({ policy, server: definition.name, cardsOf: matcher.cardsOf });
  let retired = false;
  const approvals = createApprovals({ evidence, lanes, limits, loops, redactors, granted: matcher.granted, deny: denied });

  /** A call whose human is asked meanwhile takes all steps again with the answer: nothing that was resolved before counts. */
  async function answered(request: GuardRequest): Promise<Answer> {
    const first = await guarded(request);
    if (first.form !== "waiting") return first;
    const again = await approvals.wait(first);
    const last = "form" in again ? again : await guarded(again);
    if (last.form === "waiting") throw new Error("one call was asked about twice");
    return last;
  }

  /** One call. Its steps are the steps of the design, in their order; none goes back. */
  async function guarded(request: GuardRequest): Promise<Answer | Waiting> {
    const started = performance.now();

    const admitted = admit(request);
    const looping = loops.held(request);
    if (looping !== undefined) return denied(request, looping);
    if ("decision" in admitted) return denied(request, admitted);
    const { tool, accepted } = admitted;

    const closed = closedTo({ principal: admitted.principal, targets: accepted.targets, tool: tool.name }, request);
    if (closed !== undefined) return denied(request, closed, tool);

    const entering = (tool.long === true ? longSlots : shortSlots).enter(`${admitted.principal.tenant} ${admitted.principal.id}`, request.signal);
    const place = entering instanceof Promise ? await entering : entering;
    if (typeof place === "string") return denied(request, crowded(place), tool);
    const elsewhere = retired ? request.superseded?.() : undefined;
    if (elsewhere !== undefined) {
      place();
      return elsewhere;
    }

    const deadline = startDeadline(tool.deadlineMs ?? limits.deadlineMs, [request.signal, shutdown.signal]);
    const held: (() => void)[] = [place, deadline.end];
    let lingering: Promise<unknown> | undefined;
    try {
      const matched = withLane(await match(admitted, request.clientRoots, deadline.signal), admitted.principal, lanes);
      if (!("release" in matched)) return await denied(request, matched.decision, tool, matched.card);
      held.push(matched.release);
      const { card, decision, options: chosen } = matched;
      const unscoped = lackingScope(matched, admitted.principal, request.scopes, policy.http);
      if (unscoped !== undefined) return await denied(request, unscoped, tool, card);

      const { effect, relaxed = false } = classOf(tool, accepted.input, chosen);
      const budgets = callLimits(policy, card, admitted.principal);
      const known = { effect, bytesIn: request.bytesIn, estimate: card.estimate, made: madeBy(tool, accepted, matched), before: sizes.of(request) };
      const reservation = reservationOf(budgets, known);
      const looped = loops.allowed(request, { effect, matched, budgeted: reservation !== undefined });
      if (looped !== undefined) return await denied(request, looped, tool, card);
      // Before the budget: what a human takes minutes to answer must not hold what others could use.
      const ours = { server: definition.name, policy: policy.digest };
      const charged = { reservation, claim: claimOf(admitted, matched) };
      const asked = { ...ours, ...admitted, ...charged, request, matched, effect, deadline, budgets, options: chosen, leave: place };
      const yes = card.approval === "required" ? await approvals.before(asked) : { form: "yes" as const, claim: charged.claim };
      if (yes.form !== "yes") return yes;

      const record = recordOf(request, { ...ours, tool, effect, relaxed, card, decision });
      const { claim, step } = yes;
      const decided = await evidence.decide(record, reservation, claim, step);
      if (decided === undefined) return unrecorded();
      if (decided.decision !== "recorded") return deniedAnswer(ungiven(matched, decided), decided.receipt);
      const { committed, repeats } = decided;

      const progress = createProgress(request.onProgress);
      const narrowed = request.clientRoots !== undefined;
      const told = createTold(lanes);
      const granted = (): readonly string[] => matcher.granted(admitted.principal.id, tool.name);
      const by = { principal: admitted.principal, card, policy: policy.digest };
      const context = callContext({ by, granted, narrowed, options: chosen, deadline, told, report: progress.report, resultLimit: limits.resultBytes });
      const execution = { tool, accepted, matched, committed, context, deadline, visible: told.changes, changes: effect !== "read" };
      const ran = repeats === undefined ? await runHandler(execution) : repetition(repeats);
      if (ran.ended === "failure") lingering = ran.lingering;

      const finished = await finishCall(ran, redactors[card.redact], limits.resultBytes, told.scrubbed());
      const durationMs = Math.round(performance.now() - started);
      const spent: Record<string, number> =
        reservation === undefined ? {} : { bytes: request.bytesIn + finished.outcome.bytesOut + copiedBytes(finished.outcome.changes) };
      const ending = { ...finished.outcome, targets: told.targets(), durationMs, spent, ...(claim && { claim: claimEnd(ran) }) };
      const settled = await evidence.settle(committed, ending);
      if (settled === undefined) return unsettled(committed);
      sizes.learn(request, { effect, bytes: spent["bytes"], ...settled });
      if (settled.exceeded !== undefined) return overspent(settled.exceeded, committed, { effect, ...(finished.ended === "failure" && finished) });
      await progress.finish();
      await roomFor(request);
      return finished.ended === "result"
        ? allowedAnswer(finished.result, committed, finished.outcome.redactions)
        : failedAnswer(finished.code, finished.message, committed, { said: finished.said, redactions: finished.outcome.redactions });
    } finally {
      // what a handler still uses is not let go under its feet: the number of a closed handle may soon be another file's.
      const letGo = (): void => releaseAll(held);
      if (lingering === undefined) letGo();
      else void track(lingering.finally(letGo));
    }
  }

  /** The principal, the tool in the principal's set, the arguments against the tool's closed schema. */
  function admit({ principal, tool: name, arguments: given }: ExplainRequest): Admitted | Deny {
    if (principal === undefined) return refusal("tool.unknown", "principal.unknown", `Unknown tool: ${name}`);
    const tool = tools.get(name);
    if (tool === undefined) return refusal("tool.unknown", "no-such-tool", `Unknown tool: ${name}`);
    if (!matcher.toolsOf(principal.id).has(name)) {
      const rule = matcher.cardsOf(principal.id).length === 0 ? "policy.empty" : "policy.no_route";
      return refusal("tool.unknown", rule, `Unknown tool: ${name}`);
    }
    const accepted = readArguments(tool, given, limits);
    return "code" in accepted ? refusal(accepted.code, accepted.rule, accepted.message) : { principal, tool, accepted };
  }

  /** Every target resolved, and the one card that covers them. A kind that fails has not allowed anything. */
  async function match(
    { principal, tool, accepted }: Admitted,
    clientRoots: readonly string[] | undefined,
    signal: AbortSignal,
    trace: "tried" | "all" = "tried",
  ): Promise<Matched> {
    const { targets, each } = accepted;
    const call = { principal: principal.id, tool: tool.name, targets, each, signal, trace, ...(clientRoots !== undefined && { clientRoots }) };
    try {
      const matched = matcher.decide(call);
      return matched instanceof Promise ? await matched : matched;
    } catch (error) {
      reportInternal("resolve", error);
      return { decision: unresolved(), card: undefined };
    }
  }

  /** Nobody waits with an answer that will not be given. */
  async function roomFor({ room, signal }: GuardRequest): Promise<void> {
    const waiting = room?.();
    if (waiting === undefined) return;
    const ended = AbortSignal.any([signal, shutdown.signal]);
    if (!ended.aborted) await Promise.race([waiting, once(ended, "abort")]);
  }

  async function denied(request: GuardRequest, denial: Deny, tool?: AnyTool, card?: RouteCard): Promise<Answer> {
    const decision = loops.refused(request, denial);
    const record = recordOf(request, { server: definition.name, policy: policy.digest, tool, card, decision });
    const decided = await evidence.decide(record, undefined, undefined, endOf(request.brought));
    const receipt = decided?.decision === "recorded" ? decided.committed : decided?.receipt;
    if (decision.code === "tool.unknown") return unknownAnswer(request.tool, receipt);
    return receipt === undefined ? unrecorded() : deniedAnswer(decision, receipt);
  }

  function track<T>(work: Promise<T>): Promise<T> {
    open.add(work);
    const done = (): void => void open.delete(work);
    work.then(done, done);
    return work;
  }

  return {
    definition,
    policy,
    limits,
    toolsFor(principal) {
      if (principal === undefined) return [];
      const visible = matcher.toolsOf(principal.id);
      return definition.tools.filter((tool) => visible.has(tool.name));
    },
    call: (request) =>
      track(
        answered(request).catch((error: unknown) => {
          // whatever broke here broke without an outcome: the record stays unfinished and says so.
          reportInternal("guard", error);
          return failedAnswer("internal", "The server failed in a way that it did not foresee.", undefined);
        }),
      ),
    async refuse(refused, who) {
      const decided = await track(evidence.decide(refusalRecord(refused, who, definition.name, policy.digest)));
      return decided?.decision === "recorded" ? decided.committed : decided?.receipt;
    },
    async explain(request) {
      const admitted = admit(request);
      if ("decision" in admitted) return admitted;
      const matched = await match(admitted, request.clientRoots, shutdown.signal, request.trace ?? "all");
      if (!("release" in matched)) return matched.decision;
      const foresight = foresee(admitted, matched);
      matched.release();
      const message = `${request.tool} is allowed by the card ${matched.card.id}.`;
      const asked = matched.card.approval === "required" && { approval: "required" as const };
      return { ...matched.decision, message, ...asked, ...scopesAsked(matched, admitted.principal), ...foresight };
    },
    tend: () => track(matcher.tend(shutdown.signal).catch((error: unknown) => reportInternal("tend", error))),
    granted: (principal, tool) => matcher.granted(principal, tool),
    cardsOf: (principal) => matcher.cardsOf(principal),
    scrub,
    neighbors: () => matcher.neighbors(),
    withdraw: (why) => approvals.withdraw(why),
    async close(how = "abort") {
      retired = true;
      approvals.withdraw(how === "abort" ? "server-ended" : "policy-changed");
      if (how === "abort") shutdown.abort();
      while (open.size > 0) await Promise.allSettled(open);
      matcher.close();
    },
  };
}
