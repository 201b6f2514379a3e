import type { IncomingMessage, ServerResponse } from "node:http";
import type { Listening } from "./listen.ts";
type Socket = IncomingMessage["socket"];

interface Connection {
  readonly socket: Socket;
  /** Requests on it that are not answered yet. */
  busy: number;
}

/**
 * Bounds how many connections there are. Where one too many comes, the one that has been idle for longest ends, so that
 * whoever only connects shuts nobody out; where all are busy, the new one ends.
 */
export function boundConnections(server: Listening, most: number): void {
  const open = new Map<string, Connection>();
  server.on("connection", (socket: Socket) => {
    if (open.size >= most) {
      const idle = [...open.values()].find(({ busy }) => busy === 0);
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      idle.socket.destroy();
    }
    const peer = peerOf(socket);
    open.set(peer, { socket, busy: 0 });
    socket.once("close", () => open.delete(peer));
  });
  const used = (request: IncomingMessage, response: ServerResponse): void => {
    const peer = peerOf(request.socket);
    const connection = open.get(peer);
    if (connection === undefined) return;
    connection.busy += 1;
    // what was used last is at the end of the line.
    open.delete(peer);
    open.set(peer, connection);
    response.once("close", () => {
      connection.busy -= 1;
    });
  };
  // Node tells a request that waits for an invitation by another name.
  for (const event of ["request", "checkContinue", "checkExpectation"]) server.on(event, used);
}

/** The same for a connection and for the TLS on it, which Node has as two sockets. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
