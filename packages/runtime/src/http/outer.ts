import { type Answer, metaKeys } from "../answer.ts";
import type { PolicyHttp } from "@postern/policy";
import { challenge } from "./challenge.ts";

interface Denial {
  readonly code: string;
  readonly scope?: string;
  readonly retryAfterMs?: number;
}

/** What of the guard's answer HTTP itself tells: which scope is missing (RFC 6750), and when to try again. */
export function outerOf(
  answer: Answer | undefined,
  http: PolicyHttp | undefined,
): { readonly status: number; readonly headers: Readonly<Record<string, string>> } {
  const denial = answer?.form === "result" ? (answer.result._meta[metaKeys.denial] as Denial | undefined) : undefined;
  if (denial?.code === "principal.scope") return { status: 403, headers: challenge(http, "insufficient_scope", denial.scope) };
  const failure = answer?.form === "result" ? (answer.result._meta[metaKeys.failure] as Pick<Denial, "retryAfterMs"> | undefined) : undefined;
  const after = denial?.retryAfterMs ?? failure?.retryAfterMs;
  return { status: 200, headers: after === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(after / 1000))) } };
}
