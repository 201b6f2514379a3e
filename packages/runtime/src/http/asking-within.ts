import { type Asking, undeclared } from "../asking.ts";
import type { Admitted } from "./admitted.ts";
import type { Exchange } from "./exchange.ts";
import type { HttpSession } from "./sessions.ts";

/**
 * How the human of a 2025-era call is asked over HTTP: on the stream that answers the call, within the session that the
 * answer comes in. Whoever's call it is has gone when the stream has, and so has the question.
 */
export function askingWithin(session: HttpSession | undefined, { session: { inForce } }: Exchange, { reply, gone }: Admitted): Asking {
  if (session === undefined) return { how: "none", lacks: "this call belongs to no session, in which its client could be asked and answer" };
  if (!session.asks) return undeclared;
  if (!reply.streams) return { how: "none", lacks: "this client takes no stream of events, on which it could be asked" };
  return {
    how: "elicitation",
    ask: (question, signal) => session.questions.ask(question, (message) => reply.event(inForce.guard.scrub(message)), AbortSignal.any([signal, gone])),
  };
}
