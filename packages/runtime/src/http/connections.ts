import type { IncomingMessage, Server, ServerResponse } from "node:http";
type Socket = IncomingMessage["socket"];

interface Connection {
  readonly since: number;
  /** Requests on it that are not answered yet. */
  busy: number;
}

/**
 * Bounds how many connections there are. Where one too many comes, the one that has been idle for longest ends, so that
 * whoever only connects shuts nobody out; where all are busy, the new one ends.
 */
export function boundConnections(server: Server, most: number): void {
  const open = new Map<Socket, Connection>();
  server.on("connection", (socket: Socket) => {
    if (open.size >= most) {
      const idle = [...open].find(([, { busy }]) => busy === 0);
      if (idle === undefined) {
        socket.destroy();
        return;
      }
      idle[0].destroy();
    }
    open.set(socket, { since: performance.now(), busy: 0 });
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = open.get(socket);
    if (connection === undefined) return;
    connection.busy += 1;
    // what was used last is at the end of the line.
    open.delete(socket);
    open.set(socket, connection);
    response.once("close", () => {
      connection.busy -= 1;
    });
  });
}
