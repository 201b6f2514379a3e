/** How much of one server's attention its callers may take at once. */
export interface Shares {
  readonly requests: number;
  /** Bytes of messages that came and of answers that nobody took yet. */
  readonly bytes: number;
}

export interface Place {
  /** Takes room for bytes that came. False: there is none, and nothing was taken. */
  take(bytes: number): boolean;
  /** Counts bytes of an answer until it is sent. */
  hold(bytes: number): void;
  /** Undefined: there is room for an answer. Otherwise resolves when there is, or the place was left. */
  room(): Promise<void> | undefined;
  leave(): void;
}

interface Used {
  requests: number;
  bytes: number;
  readonly waiting: Set<() => void>;
}

/**
 * Bounds what is in hand, for each caller and for all of them together, so that one who asks for much and reads little
 * takes nothing from the others but what nobody wants.
 */
export class InFlight {
  readonly #each: Shares;
  readonly #all: Shares;
  readonly #used = new Map<string, Used>();
  readonly #total = { requests: 0, bytes: 0 };

  constructor(each: Shares, all: Shares) {
    this.#each = each;
    this.#all = all;
  }

  get requests(): number {
    return this.#total.requests;
  }

  /** Undefined: there is no place now. */
  enter(caller: string): Place | undefined {
    const used: Used = this.#used.get(caller) ?? { requests: 0, bytes: 0, waiting: new Set() };
    if (used.requests >= this.#each.requests || this.#total.requests >= this.#all.requests) return undefined;
    this.#used.set(caller, used);
    let held = 0;
    let left = false;
    let release = (): void => undefined;
    this.#count(used, 1, 0);
    const hold = (bytes: number): void => {
      if (left) return;
      held += bytes;
      this.#count(used, 0, bytes);
    };
    return {
      hold,
      take: (bytes) => {
        if (!this.#fits(used, bytes)) return false;
        hold(bytes);
        return true;
      },
      room: () => {
        if (left || this.#fits(used, 0)) return undefined;
        return new Promise((resolve) => {
          release = () => {
            used.waiting.delete(release);
            resolve();
          };
          used.waiting.add(release);
        });
      },
      leave: () => {
        if (left) return;
        left = true;
        release();
        this.#count(used, -1, -held);
        if (used.requests === 0) this.#used.delete(caller);
        this.#admit();
      },
    };
  }

  #fits({ bytes }: Used, more: number): boolean {
    return bytes + more <= this.#each.bytes && this.#total.bytes + more <= this.#all.bytes;
  }

  #admit(): void {
    // one answer of each caller at a time: what it takes is counted before the next is let through.
    for (const used of this.#used.values()) {
      const [first] = used.waiting;
      if (first !== undefined && this.#fits(used, 0)) first();
    }
  }

  #count(used: Used, requests: number, bytes: number): void {
    used.requests += requests;
    used.bytes += bytes;
    this.#total.requests += requests;
    this.#total.bytes += bytes;
  }
}
