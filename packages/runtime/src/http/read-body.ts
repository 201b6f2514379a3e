import type { IncomingMessage } from "node:http";
import type { Place } from "./in-flight.ts";
import { refused, type Refused } from "./refused.ts";

/** Reads a whole body of at most so many bytes. Nothing is kept of one that is larger, and it is not read to its end. */
export async function readBody(request: IncomingMessage, most: number, place: Place): Promise<Buffer | Refused> {
  const tooLarge = refused(413, "limit.input", "message-bytes", `The message is longer than the limit of ${most} bytes.`, closing);
  if (Number(request.headers["content-length"] ?? 0) > most) return tooLarge;
  const parts: Buffer[] = [];
  let length = 0;
  try {
    // The connection stays, or whoever sends too much would hear nothing of why.
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > most) return tooLarge;
      if (!place.take(part.length)) return refused(429, "limit.busy", "bytes-in-hand", "Too many bytes of this caller are in hand; try again later.", again);
      parts.push(part);
    }
  } catch {
    return refused(400, "input.invalid", "body-cut", "The message ended before it was complete.", closing);
  }
  return Buffer.concat(parts, length);
}

const closing = { headers: { connection: "close" } };
const again = { headers: { connection: "close", "retry-after": "1" } };
