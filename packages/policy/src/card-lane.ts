/**
 * The credential of one card, as the kinds of targets use it: what it gives to a host and what it signs, never the secret
 * alone. Guarantees: nothing for a host that the lane is not bound to.
 */
export interface CardLane {
  readonly name: string;
  /** Whether the lane is bound to this host. */
  reaches(host: string): boolean;
  /**
   * Headers (lower-case names) for one request to one host; undefined where the lane is not bound to it. Throws `LateDenial`
   * (`credential.missing`) where the secret cannot be had.
   */
  headersFor(host: string, signal: AbortSignal): Promise<Readonly<Record<string, string>> | undefined>;
  /** HMAC-SHA-256 of a message under the secret, in base64; of a secret that begins with `whsec_` the rest, decoded, is the key. Throws like `headersFor`. */
  sign(message: string, signal: AbortSignal): Promise<string>;
}
