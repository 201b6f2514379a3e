import type { DenialCode } from "@postern/policy";
import type { RequestId } from "../message.ts";

/** A request that comes to nothing: what its sender and its record are told. */
export interface Refused {
  readonly status: number;
  readonly code: DenialCode;
  readonly rule: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON-RPC's own code, where it is known better than "invalid request". */
  readonly rpc?: number;
  readonly id?: RequestId | null;
  /** More that JSON-RPC tells of the error. */
  readonly data?: unknown;
}

export function refused(status: number, code: DenialCode, rule: string, message: string, more: Partial<Refused> = {}): Refused {
  return { status, code, rule, message, ...more };
}
