import type { Effect, Settled } from "@postern/evidence";
import { callKey } from "./call-key.ts";
import type { GuardRequest } from "./guard-request.ts";

type Asked = Pick<GuardRequest, "principal" | "tool" | "arguments" | "digest">;

/** Reads that were held back of late, of all callers. */
const remembered = 4_096;

/**
 * What reads took that a budget had too little for. The same call reserves all of it when it comes again, so that whoever waits
 * as long as told is not overtaken between the estimate and the answer, and nothing is read that could not be sent.
 */
export interface AnswerSizes {
  /** Undefined: the call was never held back. */
  of(call: Asked): number | undefined;
  /** Takes in how a call ended that took so many bytes. */
  learn(call: Asked, ended: { readonly effect: Effect; readonly bytes: number | undefined; readonly exceeded: Settled["exceeded"] }): void;
}

export function createAnswerSizes(): AnswerSizes {
  const sizes = new Map<string, number>();
  const keyOf = (call: Asked): string => `${call.principal?.id} ${callKey(call)}`;
  return {
    of: (call) => (sizes.size === 0 ? undefined : sizes.get(keyOf(call))),
    learn(call, { effect, bytes, exceeded }) {
      if (effect !== "read" || bytes === undefined || (exceeded === undefined && sizes.size === 0)) return;
      const key = keyOf(call);
      // what was held back once is as large the next time, also after it was answered.
      if (!sizes.delete(key) && exceeded === undefined) return;
      const [oldest] = sizes.keys();
      if (sizes.size >= remembered && oldest !== undefined) sizes.delete(oldest);
      sizes.set(key, bytes);
    },
  };
}
