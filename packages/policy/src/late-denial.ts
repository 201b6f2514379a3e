import type { Change } from "./change.ts";
import type { DenialCode } from "./codes.ts";

/**
 * What the policy refuses of an allowed call, where only its course could show it: a redirect to a host that the card does not
 * give. Thrown by handlers; the call ends failed, with the code of the denial. Guarantees, as `Failure` does, that its
 * message may be shown to the caller.
 */
export class LateDenial extends Error {
  override readonly name = "LateDenial";
  readonly code: DenialCode;
  /** What happened before it showed: the record tells it, whatever the code says. */
  readonly changes: readonly Change[];

  constructor(code: DenialCode, message: string, { changes = [], ...options }: { readonly cause?: unknown; readonly changes?: readonly Change[] } = {}) {
    super(message, options);
    this.code = code;
    this.changes = changes;
  }
}
