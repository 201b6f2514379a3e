import type { Charge, Effect, Reservation } from "@postern/evidence";
import type { CallLimit, Estimate } from "@postern/policy";

/** Bytes that a read reserves before it is known what it takes; the outcome settles the difference. */
const estimatedBytes = 64 * 1024;
/** Bytes of what a write answers: an acknowledgement. Where it is more, the answer is held back if the budget has no more. */
const acknowledgedBytes = 1024;
/** Bytes of most questions to a human. What is longer is not asked where the budget has no more. */
const questionBytes = 2 * 1024;

/** What is known of a call's size before it runs. */
export interface Sizes {
  readonly effect: Effect;
  readonly bytesIn: number;
  readonly estimate: Estimate | undefined;
  /** Bytes that it makes beyond its message. */
  readonly made: number;
  /** What the same call took when it was held back. */
  readonly before: number | undefined;
}

/**
 * What one call takes from its budgets with its decision; undefined: it has none. A call is one call, and costs what its
 * card estimates; its bytes are an estimate until the outcome. What a write brings in or copies is no estimate: a call that
 * takes more than a budget has is refused before it writes.
 */
export function reservationOf(limits: readonly CallLimit[], { effect, bytesIn, estimate, made, before }: Sizes): Reservation | undefined {
  if (limits.length === 0) return undefined;
  const certain = effect === "read" ? 0 : bytesIn + made;
  const answered = estimate?.bytes ?? (effect === "read" ? estimatedBytes : acknowledgedBytes);
  // what a card estimates is all of it, copies too
  const expected = Math.max(bytesIn + (estimate?.bytes === undefined ? made + answered : Math.max(made, answered)), before ?? 0);
  const charges = limits.map(({ per, id, resource, limit, windowMs }): Charge => {
    const amount = { calls: 1, cost: estimate?.cost ?? 1, bytes: Math.max(certain, Math.min(expected, limit)) }[resource];
    return { per, owner: id, resource, amount, limit, windowMs };
  });
  return { charges };
}

/** What a question to a human takes: its bytes. The call itself is charged when the human has said yes. */
export function questionReservation(limits: readonly CallLimit[]): Reservation | undefined {
  const charges = limits
    .filter(({ resource }) => resource === "bytes")
    .map(({ per, id, resource, limit, windowMs }): Charge => ({ per, owner: id, resource, amount: Math.min(questionBytes, limit), limit, windowMs }));
  return charges.length === 0 ? undefined : { charges };
}
