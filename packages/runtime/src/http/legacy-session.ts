import { revisions } from "../handshake.ts";
import type { Admitted } from "./admitted.ts";
import { noSession } from "./no-session.ts";
import { refused, type Refused } from "./refused.ts";
import type { HttpSession, Sessions } from "./sessions.ts";

/** The session that a request of the 2025 era names; undefined: none, which is fine. Somebody else's answers as one that never was. */
export async function legacySession({ request, head, owner, about }: Admitted, sessions: Sessions): Promise<HttpSession | Refused | undefined> {
  const version = request.headers["mcp-protocol-version"];
  if (version !== undefined && !revisions.includes(String(version))) {
    return refused(400, "input.invalid", "protocol-version", "This revision of the protocol is not spoken here.");
  }
  about.protocol = version === undefined ? null : String(version);
  if (head.session === undefined) return undefined;
  const session = await sessions.find(head.session, owner);
  if (session === undefined || typeof session === "string") return noSession(session);
  about.client = session.client;
  about.protocol ??= session.protocol;
  return session;
}
