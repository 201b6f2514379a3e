import type { Receipt } from "@postern/evidence";
import type { TargetRecord } from "@postern/policy";

/** One call's answer, whichever era and client it came through. */
export interface Answer {
  /** The texts of all blocks, joined by newlines. */
  readonly text: string;
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: unknown;
  readonly isError: boolean;
  readonly denial?: DenialInAnswer;
  readonly failure?: FailureInAnswer;
  /** A JSON-RPC error instead of a result. */
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly receipt?: Receipt;
  readonly redactions: readonly { readonly kind: string; readonly count: number }[];
  readonly withheld: number;
  /** The result or error as it came. */
  readonly raw: unknown;
}

export interface DenialInAnswer {
  readonly code: string;
  readonly rule: string;
  readonly message: string;
  readonly targets: readonly TargetRecord[];
  readonly receipt: Receipt;
}

export interface FailureInAnswer {
  readonly code: string;
  readonly message: string;
  readonly receipt: Receipt;
}

/** Reads a `tools/call` result as DESIGN §6 shapes it. */
export function answerOf(result: unknown): Answer {
  const given = fields(result);
  const meta = fields(given["_meta"]);
  const content = Array.isArray(given["content"]) ? given["content"].map(fields) : [];
  const denial = meta["dev.postern/denial"] as DenialInAnswer | undefined;
  const failure = meta["dev.postern/failure"] as FailureInAnswer | undefined;
  const receipt = (meta["dev.postern/receipt"] as Receipt | undefined) ?? denial?.receipt ?? failure?.receipt;
  return {
    text: content.flatMap((block) => (typeof block["text"] === "string" ? [block["text"]] : [])).join("\n"),
    content,
    isError: given["isError"] === true,
    redactions: (meta["dev.postern/redactions"] as Answer["redactions"] | undefined) ?? [],
    withheld: (meta["dev.postern/withheld"] as number | undefined) ?? 0,
    raw: result,
    ...("structuredContent" in given && { structuredContent: given["structuredContent"] }),
    ...(denial !== undefined && { denial }),
    ...(failure !== undefined && { failure }),
    ...(receipt !== undefined && { receipt }),
  };
}

/** Reads a JSON-RPC error as an answer. */
export function answerOfError(error: { readonly code: number; readonly message: string; readonly data?: unknown }): Answer {
  const receipt = fields(error.data)["receipt"] as Receipt | undefined;
  return { text: "", content: [], isError: true, error, redactions: [], withheld: 0, raw: error, ...(receipt !== undefined && { receipt }) };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
