/** A line before something of which only so many may go on at once. First come, first served. */
export class Turns {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Runs the work when its turn comes. Rejects with the signal's reason where that comes first. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    using _ = await this.enter(signal);
    return await work();
  }

  /** Resolves to one's turn when it comes, which lasts until it is disposed of. Rejects with the signal's reason where that comes first. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#next();
        held = false;
      },
    };
  }

  #next(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#line.splice(this.#line.indexOf(enter), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#line.push(enter);
    });
  }
}
