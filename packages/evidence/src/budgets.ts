import { giveBack, takeFrom, type Bucket } from "@postern/policy";
import type { BudgetName, BudgetState, Charge, Exceeded, Reservation } from "./record.ts";
import type { BucketKey, SharedState } from "./shared-state.ts";

export type Reserved =
  | { readonly reserved: true; readonly budget: readonly BudgetState[] }
  | { readonly reserved: false; readonly budgetName: BudgetName; readonly retryAfterMs: number; readonly budget: readonly BudgetState[] };

interface Slot {
  readonly charge: Charge;
  readonly bucket: Bucket | undefined;
  readonly changed: boolean;
}

/**
 * The budgets within one transaction of the log: the buckets are read once, charged in memory and written once, before
 * the commit. They live in the state that servers share, so that they outlast a restart and all servers of the host share them; they
 * are never kept beyond the transaction, since another process may charge them in between.
 */
export class Budgets {
  readonly #shared: SharedState;
  readonly #slots = new Map<string, Slot>();

  constructor(shared: SharedState) {
    this.#shared = shared;
  }

  /** Forgets what an earlier transaction saw. */
  start(): void {
    this.#slots.clear();
  }

  /** Takes every charge of a reservation, whoever's account it is, or none. `now` is in milliseconds. */
  reserve({ charges }: Reservation, now: number): Reserved {
    const taken = new Map<string, Slot>();
    const budget: BudgetState[] = [];
    let short: { readonly charge: Charge; readonly retryAfterMs: number } | undefined;
    for (const charge of charges) {
      const key = keyOf(charge);
      const slot = taken.get(key) ?? this.#slot(key, charge);
      const result = takeFrom(slot.bucket, charge, now);
      if (!result.taken && result.retryAfterMs > (short?.retryAfterMs ?? -1)) short = { charge, retryAfterMs: result.retryAfterMs };
      taken.set(key, { ...slot, bucket: result.bucket, changed: true });
      budget.push(stateOf(charge, charge.amount, result.bucket));
    }
    if (short === undefined) {
      for (const [key, slot] of taken) this.#slots.set(key, slot);
      return { reserved: true, budget };
    }
    const { per, resource } = short.charge;
    return { reserved: false, budgetName: { per, resource }, retryAfterMs: short.retryAfterMs, budget: charges.map((charge) => this.#untouched(charge, now)) };
  }

  /** What `reserve` would say, of which nothing is taken. */
  foresee(reservation: Reservation, now: number): Reserved {
    const before = [...this.#slots];
    const reserved = this.reserve(reservation, now);
    this.#slots.clear();
    for (const [key, slot] of before) this.#slots.set(key, slot);
    return reserved;
  }

  /**
   * The budget that has less left than the call took beyond its reservation; undefined: there is enough of each.
   * Several calls may have been let in at once on estimates; what they really take must not add up to more than there is.
   */
  exceeded({ charges }: Reservation, spent: Readonly<Record<string, number>>, now: number): BudgetName | undefined {
    const short = charges.find((charge) => {
      const beyond = realOf(charge, spent) - charge.amount;
      return beyond > 0 && !takeFrom(this.#slot(keyOf(charge), charge).bucket, { ...charge, amount: beyond }, now).taken;
    });
    return short === undefined ? undefined : { per: short.per, resource: short.resource };
  }

  /** When a budget that was exceeded has as much as the whole call takes; after the call was settled, whose reservation is part of it. */
  waitFor({ charges }: Reservation, spent: Readonly<Record<string, number>>, now: number): Exceeded | undefined {
    let longest: Exceeded | undefined;
    for (const charge of charges) {
      if (!Object.hasOwn(spent, charge.resource)) continue;
      const result = takeFrom(this.#slot(keyOf(charge), charge).bucket, { ...charge, amount: realOf(charge, spent) }, now);
      const { per, resource } = charge;
      if (!result.taken && result.retryAfterMs > (longest?.retryAfterMs ?? -1)) longest = { per, resource, retryAfterMs: result.retryAfterMs };
    }
    return longest;
  }

  /** Settles a reservation against what the call really took; a resource that is not told keeps what was reserved. */
  settle({ charges }: Reservation, spent: Readonly<Record<string, number>>): readonly BudgetState[] {
    return charges.map((charge) => {
      const real = realOf(charge, spent);
      const key = keyOf(charge);
      const slot = this.#slot(key, charge);
      const before = slot.bucket ?? { tokens: charge.limit, at: 0 };
      if (real === charge.amount) return stateOf(charge, real, before);
      const bucket = giveBack(before, charge.limit, charge.amount - real);
      this.#slots.set(key, { ...slot, bucket, changed: true });
      return stateOf(charge, real, bucket);
    });
  }

  /** Writes what changed, and tells how many buckets that were; belongs right before the commit. */
  finish(): number {
    let written = 0;
    for (const { charge, bucket, changed } of this.#slots.values()) {
      if (!changed || bucket === undefined) continue;
      this.#shared.buckets.put(bucketKey(charge), bucket);
      written += 1;
    }
    return written;
  }

  #slot(key: string, charge: Charge): Slot {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = { charge, bucket: this.#shared.buckets.get(bucketKey(charge)), changed: false };
    this.#slots.set(key, slot);
    return slot;
  }

  /** What a bucket holds for a call that takes nothing from it. */
  #untouched(charge: Charge, now: number): BudgetState {
    const { bucket } = takeFrom(this.#slot(keyOf(charge), charge).bucket, { ...charge, amount: 0 }, now);
    return stateOf(charge, 0, bucket);
  }
}

function realOf(charge: Charge, spent: Readonly<Record<string, number>>): number {
  return Object.hasOwn(spent, charge.resource) ? (spent[charge.resource] ?? charge.amount) : charge.amount;
}

/** No id holds a slash, so that no owner is ever taken for a principal of its name. */
function bucketKey({ per, owner, resource, windowMs }: Charge): BucketKey {
  return { account: per === "owner" ? owner : `${per}/${owner}`, resource, windowMs };
}

function keyOf(charge: Charge): string {
  const { account, resource, windowMs } = bucketKey(charge);
  return JSON.stringify([account, resource, windowMs]);
}

function stateOf({ per, owner, resource, limit, windowMs }: Charge, taken: number, bucket: Bucket): BudgetState {
  return { per, owner, resource, taken, left: Math.floor(bucket.tokens), limit, windowMs };
}
