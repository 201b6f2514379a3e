import { arrivalOf } from "../arrival.ts";
import { readCallParams } from "../call-params.ts";
import type { Message, Request as Call, RequestId } from "../message.ts";
import { wrongNotification } from "../wrong-notification.ts";
import type { Admitted } from "./admitted.ts";
import { answerBySdk } from "./answer-by-sdk.ts";
import { askingWithin } from "./asking-within.ts";
import { type Exchange, type InForce, sessionOf } from "./exchange.ts";
import { legacyCall, unwanted } from "./legacy-call.ts";
import { legacySession } from "./legacy-session.ts";
import { modernCall } from "./modern-call.ts";
import { plainCall } from "./plain-call.ts";
import { readMessage } from "./read-message.ts";
import { refused, type Refused } from "./refused.ts";
import type { SdkLegs } from "./sdk-legs.ts";
import type { HttpSession, Sessions } from "./sessions.ts";
import { webRequest } from "./web-request.ts";

export interface PostParts {
  readonly state: InForce;
  readonly legs: SdkLegs;
  readonly sessions: Sessions;
}

/** Serves one message of the protocol, or gives back why it comes to nothing. */
export async function post(admitted: Admitted, parts: PostParts): Promise<Refused | undefined> {
  const { state, legs, sessions } = parts;
  const { proven, about, reply } = admitted;
  const message = await readMessage(admitted, state.guard.limits.messageBytes);
  if ("status" in message) return message;
  const { read, text, bytes } = message;
  const plain = read.kind === "request" ? plainCall(admitted, read.message) : undefined;
  const web = webRequest(admitted);
  const era = plain?.era ?? ((await legs.isLegacy(web(), read.message)) ? "legacy" : "modern");
  const session = era === "legacy" ? await legacySession(admitted, sessions) : undefined;
  if (session !== undefined && "status" in session) return { ...session, id: idOf(read) };
  if (read.kind !== "request") return receive(read, session, admitted);

  const request = read.message;
  const said = { era, client: about.client, protocol: about.protocol, room: () => admitted.place.room() } as const;
  const exchange: Exchange = { session: sessionOf(state, proven, said), arrival: arrivalOf(request, text, bytes), taken: false };
  if (plain?.era === "modern" && !mayAsk(exchange)) {
    await modernCall(request.id, plain.call, exchange, reply, admitted.gone);
    return undefined;
  }
  if (era === "modern" || request.method !== "tools/call")
    return answerBySdk(await legs.serve(web(), request, exchange), request, exchange, admitted, sessions);

  const call = plain?.call ?? readCallParams(request.params);
  if ("problem" in call) {
    about.tool = call.tool ?? null;
    return refused(200, "input.invalid", "call", call.problem, { rpc: -32602, id: request.id });
  }
  const asking = askingWithin(session, exchange, admitted);
  return withinSession(session, request, (signal) => legacyCall(request.id, call, exchange, reply, { signal, asking }));
}

/** In a session a call can be cancelled by its id, so no two that run have the same. */
async function withinSession(session: HttpSession | undefined, { id }: Call, run: (signal: AbortSignal) => Promise<void>): Promise<Refused | undefined> {
  if (session?.inFlight.has(id) === true) return refused(400, "input.invalid", "id-in-use", "Another request with this id is not answered yet.", { id });
  const abort = new AbortController();
  session?.inFlight.set(id, abort);
  try {
    await run(abort.signal);
    return undefined;
  } finally {
    session?.inFlight.delete(id);
  }
}

function receive(read: Exclude<Message, { readonly kind: "request" }>, session: HttpSession | undefined, { reply }: Admitted): Refused | undefined {
  if (read.kind === "response") {
    if (session?.questions.take(read.message) === true) return reply.end(202, undefined);
    return refused(400, "input.invalid", "unexpected-response", "Nothing was asked that this would answer.");
  }
  const { method, params } = read.message;
  const wrong = wrongNotification(read.message);
  if (wrong !== undefined) return refused(400, "input.invalid", wrong, "A notification that means nothing here.");
  if (method === "notifications/cancelled") session?.inFlight.get(params?.["requestId"] as RequestId)?.abort(unwanted);
  reply.end(202, undefined);
  return undefined;
}

/** A card of the caller wants a human asked, which in the 2026 era is said by the SDK's own answer. */
function mayAsk({ session: { inForce } }: Exchange): boolean {
  const { principal } = inForce.caller;
  return principal !== undefined && inForce.guard.cardsOf(principal.id).some(({ approval }) => approval === "required");
}

function idOf(read: Message): RequestId | null {
  return read.kind === "request" ? read.message.id : null;
}
