/** How much of one server's attention its callers may take at once. */
export interface Shares {
  readonly requests: number;
  readonly bytes: number;
}

export interface Place {
  /** Takes room for bytes that are held in memory. False: there is none, and nothing was taken. */
  hold(bytes: number): boolean;
  leave(): void;
}

interface Used {
  requests: number;
  bytes: number;
}

/**
 * Bounds what is in hand, for each caller and for all of them together, so that one who asks for much takes nothing from
 * the others but what nobody wants.
 */
export class InFlight {
  readonly #each: Shares;
  readonly #all: Shares;
  readonly #used = new Map<string, Used>();
  readonly #total: Used = { requests: 0, bytes: 0 };

  constructor(each: Shares, all: Shares) {
    this.#each = each;
    this.#all = all;
  }

  get requests(): number {
    return this.#total.requests;
  }

  /** Undefined: there is no place now. */
  enter(caller: string): Place | undefined {
    const used = this.#used.get(caller) ?? { requests: 0, bytes: 0 };
    if (used.requests >= this.#each.requests || this.#total.requests >= this.#all.requests) return undefined;
    this.#used.set(caller, used);
    let held = 0;
    let left = false;
    this.#count(used, 1, 0);
    return {
      hold: (bytes) => {
        if (used.bytes + bytes > this.#each.bytes || this.#total.bytes + bytes > this.#all.bytes) return false;
        held += bytes;
        this.#count(used, 0, bytes);
        return true;
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#count(used, -1, -held);
        if (used.requests === 0) this.#used.delete(caller);
      },
    };
  }

  #count(used: Used, requests: number, bytes: number): void {
    for (const each of [used, this.#total]) {
      each.requests += requests;
      each.bytes += bytes;
    }
  }
}
