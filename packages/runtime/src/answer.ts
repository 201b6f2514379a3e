import type { Receipt } from "@postern/evidence";
import { shownTarget, type Deny, type DenialCode, type FailureCode, type Redaction, type TargetRecord } from "@postern/policy";
import { type Question, questionKey } from "./question.ts";
import type { ToolResult } from "./tool.ts";

/** Keys of `_meta` under which answers carry what is ours. */
export const metaKeys = {
  receipt: "dev.postern/receipt",
  denial: "dev.postern/denial",
  failure: "dev.postern/failure",
  redactions: "dev.postern/redactions",
  withheld: "dev.postern/withheld",
} as const;

/** The result of a `tools/call`, ready to be serialised: plain JSON, no raw exception text, no host path of its own. */
export interface CallResult {
  readonly content: ToolResult["content"];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: true;
  readonly _meta: Readonly<Record<string, unknown>>;
}

/** A JSON-RPC error in place of a result. */
export interface CallError {
  readonly code: number;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A question to the human, in place of a result: the call is sent again with what was said (`input_required`). */
export interface CallQuestion {
  readonly resultType: "input_required";
  readonly inputRequests: Readonly<Record<string, { readonly method: "elicitation/create"; readonly params: Question }>>;
  readonly requestState: string;
  readonly _meta: Readonly<Record<string, unknown>>;
}

export type Answer =
  | {
      readonly form: "result";
      readonly outcome: "allowed" | "denied" | "failed";
      readonly result: CallResult;
      /** What to send in place of `result` where the era has it; who knows nothing of it sends the refusal. */
      readonly question?: CallQuestion;
    }
  | { readonly form: "error"; readonly outcome: "unknown"; readonly error: CallError };

const invalidParams = -32602;
/** A refusal must fit into an answer whatever was asked: so many targets, and so many characters of each text. */
const shownTargets = 32;
const shownText = 4_096;

export function allowedAnswer(result: ToolResult, receipt: Receipt, redactions: readonly Redaction[]): Answer {
  const meta: Record<string, unknown> = { [metaKeys.receipt]: shownReceipt(receipt) };
  if (redactions.length > 0) meta[metaKeys.redactions] = redactions;
  if (result.withheld !== undefined && result.withheld > 0) meta[metaKeys.withheld] = result.withheld;
  return {
    form: "result",
    outcome: "allowed",
    result: {
      content: result.content,
      ...(result.structuredContent !== undefined && { structuredContent: result.structuredContent }),
      _meta: meta,
    },
  };
}

/** A refusal. Without `receipt` only where the log itself is what failed. */
export function deniedAnswer(denial: Pick<Deny, "code" | "rule" | "message" | "targets" | "retryAfter" | "scope">, receipt: Receipt | undefined): Answer {
  const shown = {
    code: denial.code,
    rule: denial.rule,
    message: cut(denial.message),
    targets: denial.targets.slice(0, shownTargets).map(shortTarget),
    ...(denial.targets.length > shownTargets && { moreTargets: denial.targets.length - shownTargets }),
    ...(denial.retryAfter !== undefined && { retryAfterMs: denial.retryAfter }),
    ...(denial.scope !== undefined && { scope: denial.scope }),
    ...(receipt !== undefined && { receipt: shownReceipt(receipt) }),
  };
  return errorResult("denied", `Denied (${denial.code}): ${shown.message}`, { [metaKeys.denial]: shown }, receipt);
}

export interface FailureDetails {
  readonly said?: ToolResult["content"];
  readonly redactions?: readonly Redaction[];
  /** Absent or Infinity: no time is known at which the same call would go better. */
  readonly retryAfterMs?: number;
}

/** Allowed, tried, went wrong. A denial's code stands here where the limit was found only after the handler ran. */
export function failedAnswer(
  code: FailureCode | DenialCode,
  message: string,
  receipt: Receipt | undefined,
  { said = [], redactions = [], retryAfterMs = Infinity }: FailureDetails = {},
): Answer {
  const again = Number.isFinite(retryAfterMs) && { retryAfterMs };
  const shown = { code, message: cut(message), ...again, ...(receipt !== undefined && { receipt: shownReceipt(receipt) }) };
  const meta = { [metaKeys.failure]: shown, ...(redactions.length > 0 && { [metaKeys.redactions]: redactions }) };
  return errorResult("failed", shown.message, meta, receipt, said);
}

export function askedAnswer(question: Question, token: string, receipt: Receipt): Answer {
  const inputRequests = { [questionKey]: { method: "elicitation/create" as const, params: question } };
  const asked = { resultType: "input_required" as const, inputRequests, requestState: token, _meta: { [metaKeys.receipt]: shownReceipt(receipt) } };
  const denial = { code: "approval.required", rule: "approval", message: "The route card asks for a human's approval.", targets: [] } as const;
  return { ...deniedAnswer(denial, receipt), form: "result", question: asked } as Answer;
}

/** Hidden and unknown tools answer with these same bytes, but for the receipt. */
export function unknownAnswer(tool: string, receipt: Receipt | undefined): Answer {
  const data = receipt === undefined ? { code: "evidence.unavailable" } : { code: "tool.unknown", receipt: shownReceipt(receipt) };
  return { form: "error", outcome: "unknown", error: { code: invalidParams, message: `Unknown tool: ${tool.slice(0, 128)}`, data } };
}

/** The receipt as callers get it: these three fields and nothing that may be added to the object elsewhere. */
export function shownReceipt(receipt: Receipt): Receipt {
  return { call: receipt.call, log: receipt.log, index: receipt.index };
}

function shortTarget(target: TargetRecord): TargetRecord {
  const seen = shownTarget(target);
  return {
    ...seen,
    raw: cut(seen.raw),
    ...(seen.canonical !== undefined && { canonical: cut(seen.canonical) }),
    ...(seen.symlinks !== undefined && { symlinks: seen.symlinks.slice(0, shownTargets) }),
  };
}

function cut(value: string): string {
  return value.length <= shownText ? value : `${value.slice(0, shownText)}…`;
}

function errorResult(
  outcome: "denied" | "failed",
  text: string,
  meta: Record<string, unknown>,
  receipt: Receipt | undefined,
  said: ToolResult["content"] = [],
): Answer {
  if (receipt !== undefined) meta[metaKeys.receipt] = shownReceipt(receipt);
  return { form: "result", outcome, result: { content: [{ type: "text", text }, ...said], isError: true, _meta: meta } };
}
