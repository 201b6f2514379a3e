declare const committed: unique symbol;

/**
 * Proof that the decision for one call is in the evidence log. Only `@postern/evidence` makes one, after the commit;
 * every `mint` asks for one, so authority without a committed decision does not type-check.
 */
export interface Committed {
  readonly [committed]: true;
  /** UUIDv7 of the call. */
  readonly call: string;
  /** Name of the log that holds the decision. */
  readonly log: string;
  /** Index of the decision's leaf in that log, from 0. */
  readonly index: number;
}
