/**
 * Token bucket arithmetic. A bucket holds up to `limit` tokens and refills evenly, `limit` per window, so any window
 * sees at most twice the limit and the long run sees the limit. Nothing here keeps state: the evidence log stores the
 * bucket in the transaction of the decision, which is what makes a budget survive a restart.
 *
 * Guarantees: a clock that goes back refills nothing, and no budget waits longer than a window for it; a charge above the
 * limit is never given; a refusal takes nothing; no debt is larger than the limit that holds now, so that one window pays it.
 */
export interface Bucket {
  /** Below 0, by the limit at most, after a call cost more than was reserved for it; fractional between refills. */
  readonly tokens: number;
  /** Milliseconds since the epoch at which `tokens` was true. */
  readonly at: number;
}

export interface Charged {
  readonly amount: number;
  readonly limit: number;
  readonly windowMs: number;
}

export type Taken =
  | { readonly taken: true; readonly bucket: Bucket }
  /** `retryAfterMs` is Infinity where waiting cannot help, because the charge is larger than the whole limit. */
  | { readonly taken: false; readonly bucket: Bucket; readonly retryAfterMs: number };

/** Takes `amount` from a bucket; `undefined` is a bucket that was never touched, so a full one. */
export function takeFrom(bucket: Bucket | undefined, charge: Charged, now: number): Taken {
  const { amount, limit, windowMs } = charge;
  // NaN compares false with everything, which would read as "enough"; nothing but an exact positive charge may pass.
  if (!(amount >= 0 && limit > 0 && windowMs > 0 && Number.isFinite(amount + limit + windowMs + now))) {
    throw new RangeError("a charge needs a finite amount, limit, window and time");
  }
  const filled = bucket === undefined ? { tokens: limit, at: now } : refill(bucket, limit, windowMs, now);
  if (filled.tokens >= amount) return { taken: true, bucket: { tokens: filled.tokens - amount, at: filled.at } };
  if (amount > limit) return { taken: false, bucket: filled, retryAfterMs: Infinity };
  // Time that the clock went back has to pass again before anything refills.
  const behind = Math.max(0, filled.at - now);
  let retryAfterMs = Math.ceil(behind + ((amount - filled.tokens) * windowMs) / limit);
  // Fractions round: whoever waits as long as told must not be refused for the billionth part of a token.
  if (refill(filled, limit, windowMs, now + retryAfterMs).tokens < amount) retryAfterMs += 1;
  return { taken: false, bucket: filled, retryAfterMs };
}

/** Gives back what a call reserved and did not use. A negative amount takes what it used beyond its reservation, down to a debt of the limit. */
export function giveBack(bucket: Bucket, limit: number, amount: number): Bucket {
  if (!Number.isFinite(amount) || !(limit > 0)) throw new RangeError("a refund needs a finite amount and a limit");
  return { tokens: within(limit, bucket.tokens + amount), at: bucket.at };
}

function refill(bucket: Bucket, limit: number, windowMs: number, now: number): Bucket {
  const elapsed = now - bucket.at;
  // A limit that was changed since applies at once, to a debt too.
  const held = Math.max(-limit, bucket.tokens);
  // A clock that was far ahead for a moment locks a budget for one window, not until that moment comes.
  if (elapsed <= 0) return { tokens: within(limit, held), at: Math.min(bucket.at, now + windowMs) };
  return { tokens: within(limit, held + (elapsed * limit) / windowMs), at: now };
}

function within(limit: number, tokens: number): number {
  return Math.max(-limit, Math.min(limit, tokens));
}
