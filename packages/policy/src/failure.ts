import type { Change } from "./change.ts";
import type { FailureCode } from "./codes.ts";

export interface FailureOptions {
  readonly cause?: unknown;
  readonly changes?: readonly Change[];
  readonly said?: string;
}

/**
 * An allowed call that went wrong. Guarantees that its message may be shown to the caller: it names what the caller
 * named, never a host path outside the card, never another error's text (that goes to `cause`, which stays inside).
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  /** What happened all the same: the record tells it, whatever the code says. */
  readonly changes: readonly Change[];
  /** What the other side said of it, as data and no instruction. The caller gets it, with secrets taken out as from a result. */
  readonly said: string | undefined;

  constructor(code: FailureCode, message: string, { changes = [], said, ...options }: FailureOptions = {}) {
    super(message, options);
    this.code = code;
    this.changes = changes;
    this.said = said;
  }
}
