/** So often, and one time more, the same call may be said no to in a minute before it is not asked about again. */
const again = 3;
const windowMs = 60_000;
/** Calls that were declined of late, of all callers. */
const remembered = 4_096;

/** What humans said no to of late, by call. Guarantees that nobody is asked about one call more than four times a minute for nothing. */
export class Declines {
  /** When it was said, the last first. */
  readonly #times = new Map<string, readonly number[]>();

  count(key: string, now: number): void {
    const times = this.#times.get(key) ?? [];
    this.#times.delete(key);
    this.#times.set(key, [now, ...times].slice(0, 1 + again));
    const [oldest] = this.#times.keys();
    if (this.#times.size > remembered && oldest !== undefined) this.#times.delete(oldest);
  }

  /** Milliseconds until the call may be asked about; 0: it may be now. */
  wait(key: string, now: number): number {
    const first = this.#times.get(key)?.[again];
    return first === undefined ? 0 : Math.max(0, first + windowMs - now);
  }
}
