import type { Answer } from "./answer.ts";

interface Verdict {
  readonly pass: boolean;
  message(): string;
}

/**
 * For `expect.extend(policyMatchers)`. They look at codes and rules, never at message text, and a denial is never
 * taken for a failure: `toDenyWith` wants the typed denial and nothing of a result beside it.
 */
export const policyMatchers = {
  toAllow(received: Answer): Verdict {
    return verdict(received, !received.isError && received.error === undefined && received.denial === undefined && received.failure === undefined, "allowed");
  },
  toDenyWith(received: Answer, code: string, rule?: string): Verdict {
    const denial = received.denial;
    const fits = denial !== undefined && received.isError && received.failure === undefined && received.structuredContent === undefined;
    return verdict(
      received,
      fits && denial.code === code && (rule === undefined || denial.rule === rule),
      `denied ${code}${rule === undefined ? "" : ` by ${rule}`}`,
    );
  },
  toFailWith(received: Answer, code: string): Verdict {
    return verdict(received, received.isError && received.denial === undefined && received.failure?.code === code, `failed ${code}`);
  },
  /** The one answer for a tool that is hidden or does not exist. */
  toBeUnknownTool(received: Answer): Verdict {
    const data = received.error?.data as { readonly code?: unknown } | undefined;
    return verdict(received, received.error?.code === -32602 && data?.code === "tool.unknown", "unknown");
  },
};

export interface PolicyMatchers<Result = unknown> {
  toAllow(): Result;
  toDenyWith(code: string, rule?: string): Result;
  toFailWith(code: string): Result;
  toBeUnknownTool(): Result;
}

function verdict(received: Answer, pass: boolean, wanted: string): Verdict {
  return { pass, message: () => `expected the call ${pass ? "not " : ""}to be ${wanted}; it was ${told(received)}` };
}

function told(answer: Answer): string {
  if (answer.error !== undefined) return `answered with JSON-RPC error ${answer.error.code} ${JSON.stringify(answer.error.data)}`;
  if (answer.denial !== undefined) return `denied ${answer.denial.code} by ${answer.denial.rule}`;
  if (answer.failure !== undefined) return `failed ${answer.failure.code}`;
  return `${answer.isError ? "an untyped error" : "allowed"}: ${answer.text.slice(0, 200)}`;
}
