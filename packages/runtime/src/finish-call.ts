import type { OutcomeRecord } from "@postern/evidence";
import type { Change, DenialCode, FailureCode, Redaction } from "@postern/policy";
import { clean, type Redact } from "./clean.ts";
import type { Ran } from "./execute.ts";
import { reportInternal } from "./report-internal.ts";
import { contentBytes, fitsIn } from "./result-size.ts";
import type { ToolResult } from "./tool.ts";

type Outcome = Pick<OutcomeRecord, "outcome" | "failure" | "bytesOut" | "redactions" | "changes">;

/** What a handler's end becomes: the answer's content and the outcome that has to be recorded before it leaves. */
export type Finished =
  | { readonly ended: "result"; readonly result: ToolResult; readonly outcome: Outcome }
  | {
      readonly ended: "failure";
      readonly code: FailureCode | DenialCode;
      readonly message: string;
      /** What the other side said of it, redacted. */
      readonly said: ToolResult["content"];
      readonly outcome: Outcome;
    };

/**
 * Redacts and bounds. A result that cannot be redacted, serialised or sent whole becomes a failure without content.
 * `before` is what the handler had taken out already.
 */
export async function finishCall(ran: Ran, redact: Redact, limit: number, before: readonly Redaction[]): Promise<Finished> {
  if (ran.ended === "failure") return failure(ran.code, ran.message, ran.changes, await saidOf(ran, redact, limit));
  // a handler that returns nothing is not one that the types let pass, and still must not end without a code.
  const changes = (ran.result as ToolResult | undefined)?.changes;
  try {
    const { result, redactions: found } = await clean(ran.result, redact);
    const redactions = summed([...before, ...found]);
    if (!fitsIn(result, limit)) {
      const done = changes === undefined || changes.length === 0 ? "; ask for less, or for a page of it." : ". What it asked for is done.";
      return failure("limit.result", `The answer would be larger than ${limit} bytes${done}`, changes);
    }
    const outcome = { outcome: "ok", failure: null, bytesOut: contentBytes(result), redactions, ...(changes && { changes }) } as const;
    return { ended: "result", result, outcome };
  } catch (error) {
    reportInternal("result", error);
    return failure("internal", "The server failed in a way that it did not foresee.", changes);
  }
}

function summed(redactions: readonly Redaction[]): readonly Redaction[] {
  const counts = new Map<string, number>();
  for (const { kind, count } of redactions) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return Array.from(counts, ([kind, count]) => ({ kind, count }));
}

const nothing: Awaited<ReturnType<typeof clean>> = { result: { content: [] }, redactions: [] };

/** What cannot be cleaned is left out, and the failure stays what it is. */
async function saidOf({ said }: Extract<Ran, { ended: "failure" }>, redact: Redact, limit: number): Promise<typeof nothing> {
  if (said === undefined) return nothing;
  try {
    const cleaned = await clean({ content: [{ type: "text", text: said }] }, redact);
    return fitsIn(cleaned.result, limit) ? cleaned : nothing;
  } catch (error) {
    reportInternal("result", error);
    return nothing;
  }
}

function failure(code: FailureCode | DenialCode, message: string, changes: readonly Change[] | undefined, said = nothing): Finished {
  const outcome = code === "cancelled" ? "cancelled" : "failed";
  const bytesOut = Buffer.byteLength(message) + contentBytes(said.result);
  return {
    ended: "failure",
    code,
    message,
    said: said.result.content,
    outcome: { outcome, failure: code, bytesOut, redactions: said.redactions, ...(changes && { changes }) },
  };
}
