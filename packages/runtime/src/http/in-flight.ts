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

/** So many bytes of a caller find room whatever the others have: a call of the usual size is none that anybody is kept from. */
const modest = 64 * 1024;
/** This part of all places is for callers that have none. */
const keptFor = 1 / 8;

/**
 * Bounds what is in hand, for each caller and for all of them together. A caller may have as much as is free besides, and no
 * more, so that each one that takes all it gets leaves as much for the next ones; and the last places go to callers that
 * have none. However many are greedy, one more gets in.
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
    if (!this.#enters(used)) return undefined;
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

  #enters({ requests }: Used): boolean {
    const free = this.#all.requests - this.#total.requests;
    return requests === 0 ? free > 0 : requests < Math.min(this.#each.requests, free - this.#all.requests * keptFor);
  }

  #fits({ bytes }: Used, more: number): boolean {
    return bytes + more <= modest || bytes + more <= Math.min(this.#each.bytes, this.#all.bytes - this.#total.bytes);
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
