import type { CallParams } from "../call-params.ts";
import { callTool } from "../call-tool.ts";
import { serverInfo } from "../handshake.ts";
import type { RequestId } from "../message.ts";
import type { Exchange } from "./exchange.ts";
import { outerOf } from "./outer.ts";
import type { Reply } from "./reply.ts";

/** A plain call of the 2026 era, answered as the SDK does. Where the client goes away, it is cancelled. */
export async function modernCall(id: RequestId, { name, arguments: given }: CallParams, exchange: Exchange, reply: Reply, gone: AbortSignal): Promise<void> {
  const { session, arrival } = exchange;
  exchange.taken = true;
  const answer = await callTool(session, { endpoint: "tools/call", name, arguments: given, arrival, signal: gone, onProgress: undefined });
  const { guard } = session.inForce;
  const { status, headers } = outerOf(answer, guard.policy.http);
  if (answer.form === "error") return reply.end(status, guard.scrub({ jsonrpc: "2.0", id, error: answer.error }), headers);
  const { _meta, ...rest } = answer.result;
  const told = { ..._meta, "io.modelcontextprotocol/serverInfo": serverInfo(guard.definition) };
  reply.end(status, guard.scrub({ result: { _meta: told, ...rest, resultType: "complete" }, jsonrpc: "2.0", id }), headers);
}
