import type { CallParams } from "../call-params.ts";
import { callTool, type ToolCall } from "../call-tool.ts";
import type { RequestId } from "../message.ts";
import type { Exchange } from "./exchange.ts";
import { outerOf } from "./outer.ts";
import type { Reply } from "./reply.ts";

/** Why a call stops that its client cancelled: nothing is to be sent for it any more. */
export const unwanted = new DOMException("The client cancelled the call.", "AbortError");

/** A call of the 2025 era, without the SDK: one JSON document where the client wants no progress, so that its status can say what HTTP knows. */
export async function legacyCall(
  id: RequestId,
  { progressToken, ...call }: CallParams,
  exchange: Exchange,
  reply: Reply,
  how: Pick<ToolCall, "signal" | "asking">,
): Promise<void> {
  const { session, arrival } = exchange;
  const onProgress =
    progressToken === undefined
      ? undefined
      : (progress: object): void => reply.event(clean({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, ...progress } }));
  exchange.taken = true;
  const answer = await callTool(session, { endpoint: "tools/call", ...call, arrival, ...how, onProgress });
  if (how.signal.reason === unwanted && reply.nothing()) return;
  const body = answer.form === "result" ? { result: answer.result } : { error: answer.error };
  const { status, headers } = outerOf(answer, session.inForce.guard.policy.http);
  reply.end(status, clean({ jsonrpc: "2.0", id, ...body }), headers);

  function clean<Value>(message: Value): Value {
    return session.inForce.guard.scrub(message);
  }
}
