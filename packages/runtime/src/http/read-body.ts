import type { IncomingMessage } from "node:http";
import type { Place } from "./in-flight.ts";
import { refused, type Refused } from "./refused.ts";

/** Reads a whole body of at most so many bytes. Nothing is kept of one that is larger. `invite` sends `100 Continue` (RFC 9110 §10.1.1). */
export async function readBody(request: IncomingMessage, most: number, place: Place, invite: () => void): Promise<Buffer | Refused> {
  const tooLarge = refused(413, "limit.input", "message-bytes", `The message is longer than the limit of ${most} bytes.`);
  const told = Number(request.headers["content-length"] ?? 0);
  if (told > mostDropped) return { ...tooLarge, ...closing };
  // The sender may wait for it, and is known by now.
  if (request.headers.expect !== undefined && told <= most) invite();
  const parts: Buffer[] = [];
  let length = 0;
  let why: Refused | undefined = told > most ? tooLarge : undefined;
  try {
    if (why === undefined) {
      for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += part.length;
        if (length > most) why = tooLarge;
        else if (!place.take(part.length))
          why = refused(429, "limit.busy", "bytes-in-hand", "Too many bytes of this caller are in hand; try again later.", again);
        if (why !== undefined) break;
        parts.push(part);
      }
    }
  } catch {
    return refused(400, "input.invalid", "body-cut", "The message ended before it was complete.", closing);
  }
  if (why !== undefined) {
    // Whoever still sends would lose the answer with the connection: what comes now is read and dropped, for as long as a request may
    // take. Only behind the loop, whose own listener keeps the stream from flowing.
    request.resume();
    return why;
  }
  return Buffer.concat(parts, length);
}

/** Bytes that are read for nothing, where somebody says how many come. */
const mostDropped = 64 * 1024 * 1024;
const closing = { headers: { connection: "close" } };
const again = { headers: { "retry-after": "1" } };
