import type { Socket } from "node:net";
import type { Listening } from "./listen.ts";

/** Bytes that are parsed at once: about a hundred of the shortest requests, a millisecond of work. */
const slice = 4_096;

/**
 * Gives Node's parser what comes in over a connection in small pieces. It parses a whole read in one go, 64 KiB and two thousand
 * requests, and nothing that is decided at the first of them stops it before the last. Guarantees: behind a piece in which a connection
 * was ended, or its requests were, no other one is parsed.
 *
 * Rests on what Node does since version 12: the server listens to `data`, and gives up its shortcut past the stream when somebody
 * else listens as well. Were that to change, pieces would be larger again, and the flood tests fail.
 */
export function readInSlices(server: Listening, isOver: (socket: Socket) => boolean): void {
  server.on("setSecureContext" in server ? "secureConnection" : "connection", (socket: Socket) => {
    const [parse] = socket.listeners("data") as readonly ((this: Socket, bytes: Buffer) => void)[];
    if (parse === undefined) return;
    socket.on("data", (bytes: Buffer) => {
      for (let at = 0; at < bytes.length && !socket.destroyed && !isOver(socket); at += slice) {
        // Answers that nobody takes make Node wait before it parses more.
        if (socket.isPaused()) {
          socket.unshift(bytes.subarray(at));
          return;
        }
        parse.call(socket, bytes.subarray(at, at + slice));
      }
    });
    socket.off("data", parse);
  });
}
