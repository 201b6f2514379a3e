import { canAsk } from "../asking.ts";
import type { Request as Call } from "../message.ts";
import { plainError } from "../plain-error.ts";
import { clientName } from "../session.ts";
import type { Admitted } from "./admitted.ts";
import type { Exchange } from "./exchange.ts";
import { outerOf } from "./outer.ts";
import { refused, type Refused } from "./refused.ts";
import type { Sessions } from "./sessions.ts";

interface Body {
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly result?: { readonly protocolVersion?: string };
}

/** Hands on what the SDK answered to a request. Its errors come back refused, unless the guard had the call. */
export async function answerBySdk(response: Response, call: Call, exchange: Exchange, admitted: Admitted, sessions: Sessions): Promise<Refused | undefined> {
  const { reply, about } = admitted;
  if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    await reply.pass(response);
    return undefined;
  }
  const text = await response.text();
  const body = text === "" ? undefined : (JSON.parse(text) as Body);
  if (!exchange.taken && (body?.error !== undefined || response.status >= 400)) {
    const { rpc, text: message, data } = plainError(body?.error ?? { code: -32600, message: "The request could not be served." });
    const name = call.params?.["name"];
    about.tool = call.method === "tools/call" && typeof name === "string" ? name : null;
    return refused(response.status, "input.invalid", `rpc:${rpc}`, message, { rpc, id: call.id, data });
  }
  const outer = outerOf(exchange.answer, exchange.session.inForce.guard.policy.http);
  const status = outer.status === 200 ? response.status : outer.status;
  reply.end(status, body, { ...outer.headers, ...(body?.result !== undefined && (await sessionHeader(call, body.result, admitted, sessions))) });
  return undefined;
}

/** Names the session that a handshake began. */
async function sessionHeader(
  { method, params = {} }: Call,
  result: NonNullable<Body["result"]>,
  { owner }: Admitted,
  sessions: Sessions,
): Promise<Record<string, string>> {
  if (method !== "initialize") return {};
  const said = { client: clientName(params["clientInfo"]), protocol: result.protocolVersion ?? null, asks: canAsk(params["capabilities"]) };
  const session = await sessions.begin(owner, said);
  return session === undefined ? {} : { "mcp-session-id": session.id };
}
