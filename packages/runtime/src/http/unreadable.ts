import type { Duplex } from "node:stream";
import { reportInternal } from "../report-internal.ts";
import type { InForce } from "./exchange.ts";
import { recorded } from "./recorded.ts";
import { refused } from "./refused.ts";

/** What is no HTTP, or never came to its end: its status where it is another one than 400. */
const statusOf: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Sockets that had their answer: what still comes in on one of them is the rest of the same. */
const answered = new WeakSet<Duplex>();

/**
 * Ends a connection whose bytes are no request, with one answer and one record. A connection that only broke leaves none.
 * `behind`: nothing is answered here; a request before them may be, and its answer is the last one.
 */
export async function unreadable(state: InForce, error: NodeJS.ErrnoException, socket: Duplex, behind = false): Promise<void> {
  const code = error.code ?? "";
  if (!code.startsWith("HPE_") && code !== "ERR_HTTP_REQUEST_TIMEOUT") {
    socket.destroy();
    return;
  }
  if (answered.has(socket)) return;
  answered.add(socket);
  const status = statusOf[code] ?? 400;
  const about = { caller: { principal: undefined, claimed: "(unauthenticated)" }, endpoint: "unreadable", protocol: null, client: null, bytes: 0, tool: null };
  try {
    await recorded(state, refused(status, status === 431 ? "limit.input" : "input.invalid", `http:${code}`, "This is no request."), about);
  } catch (failure) {
    reportInternal("http", failure);
  }
  if (behind) return;
  if (socket.writable) socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  else socket.destroy();
}
