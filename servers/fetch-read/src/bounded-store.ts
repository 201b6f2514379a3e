export interface StoreLimits {
  /** Of each partition, and of all together, in the unit of the weights. */
  readonly partition: number;
  readonly total: number;
  readonly entries: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly partition: string;
  readonly weight: number;
  /** Milliseconds, of the same clock as `now`. */
  readonly until: number;
}

/**
 * What is kept from one call for later ones. Guarantees: a value is given to the partition that it was kept for and to no other, not
 * after its time, and the limits hold at every moment: what was not used for longest goes first.
 */
export class BoundedStore<Value> {
  readonly #limits: StoreLimits;
  readonly #now: () => number;
  /** In the order of use. */
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #weights = new Map<string, number>();
  #total = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(limits: StoreLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get(partition: string, name: string): Value | undefined {
    const key = keyOf(partition, name);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.#now()) {
      this.#forget(entry);
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Kept for so many milliseconds at most; not at all where it is heavier than a partition may be. */
  set(partition: string, name: string, value: Value, { weight, ms }: { readonly weight: number; readonly ms: number }): void {
    const key = keyOf(partition, name);
    this.#drop(key);
    const { partition: most, total, entries } = this.#limits;
    if (weight > most) return;
    while ((this.#weights.get(partition) ?? 0) + weight > most) this.#drop(this.#oldest(partition));
    while (this.#total + weight > total || this.#entries.size >= entries) this.#drop(this.#oldest());
    this.#entries.set(key, { value, partition, weight, until: this.#now() + ms });
    this.#weights.set(partition, (this.#weights.get(partition) ?? 0) + weight);
    this.#total += weight;
    this.#arm(ms);
  }

  delete(partition: string, name: string): void {
    this.#drop(keyOf(partition, name));
  }

  #oldest(partition?: string): string | undefined {
    for (const [key, entry] of this.#entries) if (partition === undefined || entry.partition === partition) return key;
    return undefined;
  }

  #drop(key: string | undefined): void {
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return;
    this.#entries.delete(key);
    this.#forget(entry);
  }

  #forget({ partition, weight }: Entry<Value>): void {
    this.#total -= weight;
    const left = (this.#weights.get(partition) ?? 0) - weight;
    if (left > 0) this.#weights.set(partition, left);
    else this.#weights.delete(partition);
  }

  /** What nobody asks for again must not stay for as long as the process does. */
  #arm(ms: number): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      for (const [key, entry] of this.#entries) if (entry.until <= this.#now()) this.#drop(key);
      if (this.#entries.size > 0) this.#arm(ms);
    }, ms + 1).unref();
  }
}

function keyOf(partition: string, name: string): string {
  return JSON.stringify([partition, name]);
}
