import type { Charge, Effect, Reservation } from "@postern/evidence";
import type { CallLimit, Estimate } from "@postern/policy";

/** Bytes that a read reserves before it is known what it takes; the outcome settles the difference. */
const estimatedBytes = 64 * 1024;
/** Bytes of what a write answers: an acknowledgement. Where it is more, the answer is held back if the budget has no more. */
const acknowledgedBytes = 1024;

/**
 * What one call takes from its budgets with its decision; undefined: it has none. A call is one call, and costs what its
 * card estimates; its bytes are an estimate until the outcome. What a write brings in is no estimate: a call that brings
 * more than a budget has is refused before it writes.
 */
export function reservationOf(limits: readonly CallLimit[], estimate: Estimate | undefined, bytesIn: number, effect: Effect): Reservation | undefined {
  if (limits.length === 0) return undefined;
  const certain = effect === "read" ? 0 : bytesIn;
  const expected = (estimate?.bytes ?? (effect === "read" ? estimatedBytes : acknowledgedBytes)) + bytesIn;
  const charges = limits.map(({ per, id, resource, limit, windowMs }): Charge => {
    const amount = { calls: 1, cost: estimate?.cost ?? 1, bytes: Math.max(certain, Math.min(expected, limit)) }[resource];
    return { per, owner: id, resource, amount, limit, windowMs };
  });
  return { charges };
}
