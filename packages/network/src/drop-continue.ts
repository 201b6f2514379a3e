import type { Socket } from "node:net";
import { mostInterim } from "./interim-limit.ts";

const start = "HTTP/1.1 100 ";
/** Bytes of one interim answer. */
const largest = 16 * 1024;

/**
 * Takes answers of status 100 away before the client library reads them. Nobody asked for them, and whoever speaks HTTP has
 * to bear them all the same (RFC 9110 §15.2); the library ends the connection instead, so that a request which was answered
 * would count as one that was not. Where there are too many, or one does not end, they are the library's to judge again.
 */
export function dropContinue(socket: Socket): void {
  const read = socket.read.bind(socket);
  let held: Buffer = Buffer.alloc(0);
  let count = 0;
  let through = false;
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size) as Buffer | null;
    if (through || chunk === null) return chunk;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const head = held.toString("latin1", 0, start.length);
      if (start.startsWith(head) && head.length < start.length) return null;
      const end = head === start ? held.indexOf("\r\n\r\n") : -1;
      if (head === start && end === -1 && held.length <= largest) return null;
      if (end === -1 || count === mostInterim) break;
      count += 1;
      held = held.subarray(end + 4);
    }
    through = true;
    return held;
  };
}
