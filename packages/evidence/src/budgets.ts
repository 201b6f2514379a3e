import { giveBack, takeFrom, type Bucket } from "@postern/policy";
import type { BudgetState, Charge, Reservation } from "./record.ts";
import type { Sqlite, Statement } from "./sqlite.ts";

export type Reserved =
  | { readonly reserved: true; readonly budget: readonly BudgetState[] }
  | { readonly reserved: false; readonly resource: string; readonly retryAfterMs: number; readonly budget: readonly BudgetState[] };

interface Row {
  readonly tokens: number;
  readonly at: number;
}

interface Slot {
  readonly owner: string;
  readonly charge: Charge;
  readonly bucket: Bucket | undefined;
  readonly changed: boolean;
}

/**
 * The budgets within one transaction of the log: the buckets are read once, charged in memory and written once, before
 * the commit. They live in the database, so that they outlast a restart and all servers of the host share them; they
 * are never kept beyond the transaction, since another process may charge them in between.
 */
export class Budgets {
  readonly #read: Statement<Row>;
  readonly #write: Statement<never>;
  readonly #slots = new Map<string, Slot>();

  constructor(database: Sqlite) {
    this.#read = database.prepare("SELECT tokens, at FROM bucket WHERE owner = ? AND resource = ? AND window_ms = ?");
    this.#write = database.prepare(
      "INSERT INTO bucket(owner, resource, window_ms, tokens, at) VALUES(?, ?, ?, ?, ?) " +
        "ON CONFLICT(owner, resource, window_ms) DO UPDATE SET tokens = excluded.tokens, at = excluded.at",
    );
  }

  /** Forgets what an earlier transaction saw. */
  start(): void {
    this.#slots.clear();
  }

  /** Takes every charge of a reservation, or none. `now` is in milliseconds. */
  reserve(reservation: Reservation, now: number): Reserved {
    const taken = new Map<string, Slot>();
    const budget: BudgetState[] = [];
    for (const charge of reservation.charges) {
      const key = keyOf(reservation.owner, charge);
      const slot = taken.get(key) ?? this.#slot(key, reservation.owner, charge);
      const result = takeFrom(slot.bucket, charge, now);
      if (!result.taken) {
        const state = stateOf(reservation.owner, charge, 0, result.bucket);
        return { reserved: false, resource: charge.resource, retryAfterMs: result.retryAfterMs, budget: [state] };
      }
      taken.set(key, { ...slot, bucket: result.bucket, changed: true });
      budget.push(stateOf(reservation.owner, charge, charge.amount, result.bucket));
    }
    for (const [key, slot] of taken) this.#slots.set(key, slot);
    return { reserved: true, budget };
  }

  /**
   * The resource that has less left than the call took beyond its reservation; undefined: there is enough of each.
   * Several calls may have been let in at once on estimates; what they really take must not add up to more than there is.
   */
  exceeded(reservation: Reservation, spent: Readonly<Record<string, number>>, now: number): string | undefined {
    return reservation.charges.find((charge) => {
      const beyond = realOf(charge, spent) - charge.amount;
      const { bucket } = this.#slot(keyOf(reservation.owner, charge), reservation.owner, charge);
      return beyond > 0 && !takeFrom(bucket, { ...charge, amount: beyond }, now).taken;
    })?.resource;
  }

  /** Settles a reservation against what the call really took; a resource that is not told keeps what was reserved. */
  settle(reservation: Reservation, spent: Readonly<Record<string, number>>): readonly BudgetState[] {
    return reservation.charges.map((charge) => {
      const real = realOf(charge, spent);
      const key = keyOf(reservation.owner, charge);
      const slot = this.#slot(key, reservation.owner, charge);
      const before = slot.bucket ?? { tokens: charge.limit, at: 0 };
      if (real === charge.amount) return stateOf(reservation.owner, charge, real, before);
      const bucket = giveBack(before, charge.limit, charge.amount - real);
      this.#slots.set(key, { ...slot, bucket, changed: true });
      return stateOf(reservation.owner, charge, real, bucket);
    });
  }

  /** Writes what changed, and tells how many buckets that were; belongs right before the commit. */
  finish(): number {
    let written = 0;
    for (const { owner, charge, bucket, changed } of this.#slots.values()) {
      if (!changed || bucket === undefined) continue;
      this.#write.run(owner, charge.resource, charge.windowMs, bucket.tokens, bucket.at);
      written += 1;
    }
    return written;
  }

  #slot(key: string, owner: string, charge: Charge): Slot {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const slot = { owner, charge, bucket: this.#read.get(owner, charge.resource, charge.windowMs), changed: false };
    this.#slots.set(key, slot);
    return slot;
  }
}

function realOf(charge: Charge, spent: Readonly<Record<string, number>>): number {
  return Object.hasOwn(spent, charge.resource) ? (spent[charge.resource] ?? charge.amount) : charge.amount;
}

function keyOf(owner: string, charge: Charge): string {
  return JSON.stringify([owner, charge.resource, charge.windowMs]);
}

function stateOf(owner: string, charge: Charge, taken: number, bucket: Bucket): BudgetState {
  return { owner, resource: charge.resource, taken, left: Math.floor(bucket.tokens), limit: charge.limit, windowMs: charge.windowMs };
}
