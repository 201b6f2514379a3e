import type { Change, TargetRecord } from "@postern/policy";

/** What a handler may choose of one request. The rest is the card's and the caller's, and was decided. */
export interface SendChoice {
  readonly signal: AbortSignal;
  readonly userAgent: string;
  readonly idempotencyKey?: string;
  /** Told of what the decision could not know: where another try was to go, where a redirect led. For the record. */
  onFound?(target: TargetRecord): void;
}

/** A request that was answered. */
export interface Sent {
  readonly status: number;
  /** Whether the card takes the status for a success. */
  readonly accepted: boolean;
  /** The answer's media type without its parameters, lower case; empty: it named none. */
  readonly type: string;
  /** The answer's body; or why it is left out. */
  readonly body: Buffer | "too-large" | "broken";
  /** For the record of the outcome. */
  readonly changes: readonly [Change];
}

/**
 * Authority over one request: its method, its URL and its body, minted after the decision on all three was committed.
 * Guarantees: it goes to an address that was classified, at most once, and nowhere else.
 */
export interface SendAuthority {
  readonly method: string;
  /** As it is sent. */
  readonly url: string;
  readonly host: string;
  /**
   * Sends it. Throws where certainly nothing was sent: `net.connect`, `net.tls`, `net.timeout`, `LateDenial` (an address or
   * peer that the card does not give, a credential that cannot be had), the signal's reason. Throws with the change that may
   * have come of it: `net.unknown`, and `LateDenial` `net.redirect`, which is never followed.
   */
  send(choice: SendChoice): Promise<Sent>;
}
