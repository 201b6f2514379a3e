import type { IncomingMessage, ServerResponse } from "node:http";
import { reportInternal } from "../report-internal.ts";
import type { About } from "./admitted.ts";
import { authenticate, type TokenVerifier } from "./authenticate.ts";
import type { Bind } from "./bind.ts";
import { corsHeaders } from "./cors.ts";
import { comesSafely } from "./from-proxy.ts";
import { type Head, readHead } from "./head.ts";
import type { InFlight } from "./in-flight.ts";
import { metadataAt } from "./metadata.ts";
import { ownerOf } from "./owner-of.ts";
import { refusalOfNames } from "./own-names.ts";
import { noSession } from "./no-session.ts";
import { post, type PostParts } from "./post.ts";
import { callerOf } from "./proven.ts";
import { recorded } from "./recorded.ts";
import { refused, type Refused } from "./refused.ts";
import { Reply } from "./reply.ts";
import { routes } from "./routes.ts";

export interface FrontOptions extends PostParts {
  readonly bind: Bind;
  readonly tokens: TokenVerifier | undefined;
  readonly inFlight: InFlight;
  /** The server ends: nothing new is begun. */
  draining(): boolean;
}

/**
 * Everything that comes over HTTP, from the head of a request on. Guarantees: nothing is looked at before it is certain that
 * the request was meant for this server, no body is read before its sender is known, one path serves the protocol and no
 * other triggers anything, and whatever is refused leaves one record. Never rejects.
 */
export function createFront(options: FrontOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { state, bind, tokens, inFlight, sessions } = options;

  return async (request, response) => {
    const about: About = { caller: nobody, endpoint: `HTTP ${(request.method ?? "").slice(0, 16)}`, protocol: null, client: null, bytes: 0, tool: null };
    const head = readHead(request);
    const cors = "status" in head ? {} : corsHeaders(head, state.guard.policy.http);
    const reply = new Reply(response, cors, takesEvents(request));
    try {
      const wrong = "status" in head ? head : await serve(request, response, head, reply, about);
      // Who proves nothing begins anew for each try: what it can fill the log with is bounded by connections.
      const closing = about.caller === nobody ? { connection: "close" } : {};
      if (wrong !== undefined) reply.end(wrong.status, await recorded(state, wrong, about), { ...wrong.headers, ...closing });
    } catch (error) {
      reportInternal("http", error);
      if (!response.headersSent)
        reply.end(500, { jsonrpc: "2.0", id: null, error: { code: -32603, message: "The server failed in a way that it did not foresee." } });
      else response.destroy();
    }
  };

  async function serve(request: IncomingMessage, response: ServerResponse, head: Head, reply: Reply, about: About): Promise<Refused | undefined> {
    const { http } = state.guard.policy;
    const reads = head.method === "GET" || head.method === "HEAD";
    if (head.path === routes.health && reads) return options.draining() ? reply.end(503, { status: "ending" }) : reply.end(200, { status: "ok" });
    const strange = refusalOfNames(head, http, bind);
    if (strange !== undefined) return strange;
    if (!comesSafely(request.socket.remoteAddress, http, bind)) {
      return refused(403, "input.invalid", "not-the-proxy", "This server is reached over its proxy only.", { headers: { connection: "close" } });
    }
    const metadata = reads ? metadataAt(head.path, http) : undefined;
    if (metadata !== undefined) return reply.end(200, metadata, { "access-control-allow-origin": "*" });
    if (head.method === "OPTIONS" && head.origin !== undefined && head.path === routes.protocol) return reply.end(204, undefined, { allow });

    const proven = await authenticate(head.authorization, state.guard.policy, tokens);
    if ("status" in proven) return proven;
    const caller = callerOf(state.guard.policy, proven);
    about.caller = caller;
    if (caller.principal === undefined) return refused(403, "principal.unknown", "no-principal", "The policy does not name this caller.");
    if (head.path !== routes.protocol) return refused(404, "input.invalid", "path", `There is nothing here; the protocol is served at ${routes.protocol}.`);
    if (options.draining()) return refused(503, "limit.busy", "ending", "The server ends; ask again elsewhere or later.", later);

    const owner = ownerOf(caller.principal);
    if (head.method === "DELETE") return endSession(head, owner, reply);
    if (head.method !== "POST")
      return refused(405, "input.invalid", "method", "Messages are sent by POST; there is no stream to listen to.", { headers: { allow } });
    const place = inFlight.enter(owner);
    if (place === undefined) return refused(429, "limit.busy", "requests-in-flight", "Too many requests are in hand; try again when some have ended.", later);
    const gone = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    reply.onBytes(place.hold);
    try {
      return await post({ request, head, proven, caller, owner, place, reply, gone: gone.signal, about }, options);
    } finally {
      // a call of the 2025 era goes on when its client is gone, and so does what it takes up.
      if (response.closed) place.leave();
      else response.once("close", place.leave);
    }
  }

  async function endSession({ session: id }: Head, owner: string, reply: Reply): Promise<Refused | undefined> {
    const session = id === undefined ? undefined : await sessions.find(id, owner);
    if (session === undefined || typeof session === "string") return noSession(session);
    if ((await sessions.end(session)) === "unknowable") return noSession("unknowable");
    return reply.end(204, undefined);
  }
}

const allow = "POST, DELETE, OPTIONS";
const later = { headers: { "retry-after": "1", connection: "close" } };
/** Who proved nothing; no principal's id begins with a bracket. */
const nobody = { principal: undefined, claimed: "(unauthenticated)" };

function takesEvents({ headers: { accept } }: IncomingMessage): boolean {
  return accept === undefined || /text\/(?:event-stream|\*)|\*\/\*/.test(accept);
}
