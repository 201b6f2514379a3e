import type { IncomingMessage } from "node:http";
import type { Place } from "./in-flight.ts";
import { refused, type Refused } from "./refused.ts";

/** Reads a whole body of at most so many bytes. Nothing is kept of one that is larger. `invite` sends `100 Continue` (RFC 9110 §10.1.1). */
export async function readBody(request: IncomingMessage, most: number, place: Place, invite: () => void): Promise<Buffer | Refused> {
  const tooLarge = refused(413, "limit.input", "message-bytes", `The message is longer than the limit of ${most} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > most) return { ...tooLarge, ...closing };
  // The sender may wait for it, and is known by now.
  if (request.headers.expect !== undefined) invite();
  const parts: Buffer[] = [];
  let length = 0;
  // Whoever still sends would lose the answer with the connection: what comes now is read and dropped, for as long as a request may take.
  const dropping = (why: Refused): Refused => {
    request.resume();
    return why;
  };
  try {
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > most) return dropping(tooLarge);
      if (!place.take(part.length)) {
        return dropping(refused(429, "limit.busy", "bytes-in-hand", "Too many bytes of this caller are in hand; try again later.", again));
      }
      parts.push(part);
    }
  } catch {
    return refused(400, "input.invalid", "body-cut", "The message ended before it was complete.", closing);
  }
  return Buffer.concat(parts, length);
}

const closing = { headers: { connection: "close" } };
const again = { headers: { "retry-after": "1" } };
