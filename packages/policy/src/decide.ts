import type { Candidates } from "./candidates.ts";
import type { CardTrace, Deny, TargetRecord } from "./decision.ts";
import type { CallTarget, MatchCall, Matched } from "./matcher.ts";
import type { OpenCard } from "./open-cards.ts";
import type { Refused, Resolution, ResolveContext } from "./target-kind.ts";
import { unaskedRecord } from "./unasked-record.ts";

type Steps<Result> = Generator<Resolution<unknown> | Promise<Resolution<unknown>>, Result, Resolution<unknown>>;

interface Asked {
  readonly target: CallTarget;
  readonly resolution: Resolution<unknown>;
}

/** One run: the call, who governs each of its targets (asked once, so that all steps see the same answer), what is held. */
interface Run {
  readonly call: MatchCall;
  readonly candidates: Candidates;
  readonly governing: ReadonlyMap<CallTarget, readonly number[]>;
  readonly held: Asked[];
}

/** Cards that are asked for one call. A value that more of them may hold (a relative name) is too vague to search them all. */
const mostTries = 16;

/**
 * Finds the one card that carries a call, in steps that resolve one target each. Guarantees: what is held when it ends
 * is exactly what an allowing answer lists; a denial, a throw and an abandoned run hold nothing.
 */
export function* decide(call: MatchCall, candidates: Candidates): Steps<Matched> {
  const held: Asked[] = [];
  let carried = false;
  try {
    const governing = new Map([...call.targets, ...call.each].map((target) => [target, candidates.governing(target.kind, target.raw)]));
    const run: Run = { call, candidates, governing, held };
    const trace: CardTrace[] = [];
    let nearest: { readonly refused: Refused; readonly card: OpenCard; readonly targets: readonly TargetRecord[] } | undefined;
    for (const position of orderOf(run)) {
      const open = cardAt(candidates, position);
      const targets: Asked[] = [];
      for (const target of call.targets) targets.push(yield* ask(target, position, run));
      const each: Asked[] = [];
      for (const target of call.each) each.push(yield* ask(target, position, run));
      const refused = firstRefusal(targets) ?? (each.some(isAllowed) ? undefined : firstRefusal(each)) ?? (yield* relate(targets, call.signal));
      const records = [...targets, ...each].map(({ resolution: { record } }) => (record.argument === refused?.record.argument ? refused.record : record));
      if (refused === undefined) {
        carried = true;
        return {
          decision: { decision: "allow", route: open.card.id, rule: `route:${open.card.id}`, targets: records, trace },
          card: open.card,
          options: open.options,
          targets: targets.map(({ resolution }) => resolution).filter((resolution) => resolution.decision === "allow"),
          each: each.map(({ resolution }) => resolution),
          release: () => releaseAll(held),
        };
      }
      releaseAll(held);
      trace.push({ route: open.card.id, code: refused.code, reason: refused.message });
      nearest ??= { refused, card: open, targets: records };
    }
    if (nearest === undefined) return yield* denyUncovered(run);
    const { refused, card, targets } = nearest;
    return { decision: denial(refused, card, targets, trace), card: card.card };
  } finally {
    if (!carried) releaseAll(held);
  }
}

/** The positions to ask, best first: those that govern every target, by how many members of the lists they govern. */
function orderOf({ call, governing }: Run): readonly number[] {
  const votes = new Map<number, number>();
  for (const target of call.each) {
    for (const position of governing.get(target) ?? []) votes.set(position, (votes.get(position) ?? 0) + 1);
  }
  const [first, ...rest] = call.targets.map((target) => governing.get(target) ?? []);
  if (first === undefined) {
    if (votes.size === 0) return [0];
    return [...votes]
      .toSorted(([one, ones], [other, others]) => others - ones || one - other)
      .slice(0, 1)
      .map(([position]) => position);
  }
  const sets = rest.map((positions) => new Set(positions));
  const shared = first.filter((position) => sets.every((set) => set.has(position)));
  return shared.toSorted((one, other) => (votes.get(other) ?? 0) - (votes.get(one) ?? 0) || one - other).slice(0, mostTries);
}

/** No card governs all targets: asks for each one the card that comes nearest, so that the code is the kind's own. */
function* denyUncovered(run: Run): Steps<Matched> {
  const { call, candidates } = run;
  const nearestTo = call.targets.map((target) => run.governing.get(target)?.[0]);
  const fallback = nearestTo.find((position) => position !== undefined) ?? 0;
  const asked: Asked[] = [];
  const trace: CardTrace[] = [];
  let nearest: { readonly refused: Refused; readonly card: OpenCard } | undefined;
  for (const [place, target] of call.targets.entries()) {
    const position = nearestTo[place] ?? fallback;
    const card = cardAt(candidates, position);
    const answer = yield* ask(target, position, run);
    asked.push(answer);
    const { resolution } = answer;
    const reason = resolution.decision === "deny" ? resolution.message : `covers ${target.argument} but not every target of the call`;
    trace.push({ route: card.card.id, code: resolution.decision === "deny" ? resolution.code : "policy.no_route", reason });
    if (resolution.decision === "deny") nearest ??= { refused: resolution, card };
  }
  const records = [...asked.map(({ resolution }) => resolution.record), ...call.each.map(unaskedRecord)];
  if (nearest !== undefined) return { decision: denial(nearest.refused, nearest.card, records, trace), card: nearest.card.card };
  const message = "No single route card covers all targets of this call; each of them alone may be allowed.";
  return { decision: { decision: "deny", code: "policy.no_route", rule: "no-single-card", message, targets: records, trace }, card: undefined };
}

function* ask(target: CallTarget, position: number, { call, candidates, governing, held }: Run): Steps<Asked> {
  const { kind, argument, raw, access, operation } = target;
  const beside = candidates.scopes(kind);
  // Another card governs this member of a list: it stays out of this call whatever this card would say of it.
  if (governedElsewhere(governing.get(target) ?? [], position)) return { target, resolution: elsewhere(target) };
  const context: ResolveContext = {
    argument,
    access,
    operation,
    beside,
    signal: call.signal,
    ...(call.clientRoots === undefined ? {} : { clientRoots: call.clientRoots }),
  };
  const resolution = yield kind.resolve(raw, beside[position], context);
  const asked = { target, resolution };
  if (resolution.decision === "deny") return asked;
  held.push(asked);
  // Links and redirects may lead where a narrower card governs. Kinds see to it through `beside`; this is the second lock.
  const { canonical } = resolution.record;
  if (typeof raw !== "string" || canonical === undefined || canonical === raw) return asked;
  if (governedElsewhere(candidates.governing(kind, canonical), position)) {
    held.pop();
    kind.release(resolution);
    return { target, resolution: elsewhere(target, resolution.record) };
  }
  return asked;
}

/** What the targets of a call mean together. Asked only when each of them stands alone. */
function* relate(asked: readonly Asked[], signal: AbortSignal): Steps<Refused | undefined> {
  for (const kind of new Set(asked.map(({ target }) => target.kind))) {
    if (kind.relate === undefined) continue;
    const resolved = asked.filter(({ target }) => target.kind === kind).map(({ resolution }) => resolution);
    const answer = yield kind.relate(resolved as never, { signal });
    if (answer.decision === "deny") return answer;
  }
  return undefined;
}

function governedElsewhere(positions: readonly number[], position: number): boolean {
  return positions.length > 0 && !positions.includes(position);
}

function elsewhere(target: CallTarget, proven?: TargetRecord): Refused {
  return {
    decision: "deny",
    code: "policy.no_route",
    rule: "other-card",
    message: `${target.argument} is governed by another route card than the one that carries this call; ask for it in a call of its own.`,
    record: { ...(proven ?? unaskedRecord(target)), decision: "deny", code: "policy.no_route" },
  };
}

function denial(refused: Refused, card: OpenCard, targets: readonly TargetRecord[], trace: readonly CardTrace[]): Deny {
  const { code, rule, message } = refused;
  return { decision: "deny", code, rule, message, route: card.card.id, targets, trace };
}

function isAllowed({ resolution }: Asked): boolean {
  return resolution.decision === "allow";
}

function firstRefusal(asked: readonly Asked[]): Refused | undefined {
  for (const { resolution } of asked) if (resolution.decision === "deny") return resolution;
  return undefined;
}

function cardAt(candidates: Candidates, position: number): OpenCard {
  const card = candidates.cards[position];
  if (card === undefined) throw new RangeError(`a target kind's index names card ${position} of ${candidates.cards.length}`);
  return card;
}

/** Lets go of everything, also when one kind's release fails; that failure is thrown at the end. */
function releaseAll(held: Asked[]): void {
  const failures: unknown[] = [];
  for (const { target, resolution } of held.splice(0)) {
    try {
      if (resolution.decision === "allow") target.kind.release(resolution);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "a target kind failed to let go of what it held");
}
