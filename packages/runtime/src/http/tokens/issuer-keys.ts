import { createLocalJWKSet } from "jose";
import type { FetchedKeys } from "./fetch-keys.ts";

/** The keys of an issuer as they were at one time. */
export type Keys = ReturnType<typeof createLocalJWKSet>;

/** Milliseconds. */
export const keyTimes = {
  /** So long keys are used without another look: a key that the issuer took back is good for no longer. */
  fresh: 10 * 60_000,
  /** So long they are used where the issuer does not answer. */
  usable: 60 * 60_000,
  /** Between two looks because of keys that are not known, whoever claims them. */
  unknown: 30_000,
  /** After a look that failed. */
  failed: 5_000,
  /** Between two words to the operator. */
  told: 60_000,
} as const;

/** So many requests wait for one look; what is more takes what is there. Whoever waits holds a connection. */
const mostWaiting = 256;

export interface IssuerKeysOptions {
  fetch(): Promise<FetchedKeys>;
  /** Told why keys could not be fetched. */
  tell(reason: string): void;
  now(): number;
}

/**
 * The keys of one issuer. Guarantees that however many tokens come, whatever they claim, the issuer is asked once at a
 * time, and seldom; that a key which the issuer took back is refused when the time of `fresh` is over and the issuer
 * answers; and that while it does not answer, its last keys hold for the time of `usable` and no longer.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #known: { readonly keys: Keys; readonly at: number } | undefined;
  #looking: Promise<void> | undefined;
  #waiting = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #unknownAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** Undefined: there are none that may be used. */
  async current(): Promise<Keys | undefined> {
    if (!this.#within(this.#known?.at, keyTimes.fresh) && !this.#within(this.#failedAt, keyTimes.failed)) await this.#look();
    return this.#within(this.#known?.at, keyTimes.usable) ? this.#known?.keys : undefined;
  }

  /** Keys that are newer than these, in which one was not found. Undefined: there are none, or it is too soon to ask. */
  async newerThan(keys: Keys): Promise<Keys | undefined> {
    if (this.#known?.keys === keys) {
      if (this.#looking === undefined) {
        if (this.#within(this.#unknownAt, keyTimes.unknown)) return undefined;
        this.#unknownAt = this.#options.now();
      }
      await this.#look();
    }
    return this.#known?.keys === keys ? undefined : this.#known?.keys;
  }

  async #look(): Promise<void> {
    this.#looking ??= this.#fetch().finally(() => {
      this.#looking = undefined;
    });
    if (this.#waiting >= mostWaiting) return;
    this.#waiting += 1;
    try {
      await this.#looking;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Never rejects. */
  async #fetch(): Promise<void> {
    const { fetch, tell, now } = this.#options;
    const fetched = await fetch().catch((): FetchedKeys => ({ outcome: "failed", reason: "internal" }));
    if (fetched.outcome === "keys") {
      this.#known = { keys: createLocalJWKSet({ keys: [...fetched.keys] }), at: now() };
      return;
    }
    this.#failedAt = now();
    if (this.#within(this.#toldAt, keyTimes.told)) return;
    this.#toldAt = now();
    tell(fetched.reason);
  }

  /** A clock that was set back makes nothing younger. */
  #within(at: number | undefined, milliseconds: number): boolean {
    const age = this.#options.now() - (at ?? Number.NEGATIVE_INFINITY);
    return age >= 0 && age < milliseconds;
  }
}
