import type { FailureCode } from "./codes.ts";

/**
 * An allowed call that went wrong. Guarantees that its message may be shown to the caller: it names what the caller
 * named, never a host path outside the card, never another error's text (that goes to `cause`, which stays inside).
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
