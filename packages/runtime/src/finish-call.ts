import type { OutcomeRecord } from "@postern/evidence";
import type { DenialCode, FailureCode } from "@postern/policy";
import { clean, type Redact } from "./clean.ts";
import type { Ran } from "./execute.ts";
import { reportInternal } from "./report-internal.ts";
import { contentBytes, fitsIn } from "./result-size.ts";
import type { ToolResult } from "./tool.ts";

type Outcome = Pick<OutcomeRecord, "outcome" | "failure" | "bytesOut" | "redactions">;

/** What a handler's end becomes: the answer's content and the outcome that has to be recorded before it leaves. */
export type Finished =
  | { readonly ended: "result"; readonly result: ToolResult; readonly outcome: Outcome }
  | { readonly ended: "failure"; readonly code: FailureCode | DenialCode; readonly message: string; readonly outcome: Outcome };

/** Redacts and bounds. A result that cannot be redacted, serialised or sent whole becomes a failure without content. */
export async function finishCall(ran: Ran, redact: Redact, limit: number): Promise<Finished> {
  if (ran.ended === "failure") return failure(ran.code, ran.message);
  try {
    const { result, redactions } = await clean(ran.result, redact);
    if (!fitsIn(result, limit)) {
      return failure("limit.result", `The answer would be larger than ${limit} bytes; ask for less, or for a page of it.`);
    }
    return { ended: "result", result, outcome: { outcome: "ok", failure: null, bytesOut: contentBytes(result), redactions } };
  } catch (error) {
    reportInternal("result", error);
    return failure("internal", "The server failed in a way that it did not foresee.");
  }
}

function failure(code: FailureCode | DenialCode, message: string): Finished {
  const outcome = code === "cancelled" ? "cancelled" : "failed";
  return { ended: "failure", code, message, outcome: { outcome, failure: code, bytesOut: Buffer.byteLength(message), redactions: [] } };
}
