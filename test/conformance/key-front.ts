import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A front that brings a key for callers who cannot. */
export interface KeyFront extends AsyncDisposable {
  /** What the caller calls: HOST:PORT. */
  readonly host: string;
  /** From now on what comes goes to this port. */
  leadTo(port: number): void;
}

/** Stands before a server on a port of its own, adds one key to each request, and changes nothing else of what goes through. */
export async function startKeyFront(key: string): Promise<KeyFront> {
  let port: number | undefined;
  const front = createServer((asked, answer) => (port === undefined ? answer.writeHead(503).end() : pass(asked, answer, port, key)));
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    host: `127.0.0.1:${(front.address() as AddressInfo).port}`,
    leadTo: (to) => void (port = to),
    async [Symbol.asyncDispose]() {
      front.close();
      front.closeAllConnections();
      await once(front, "close");
    },
  };
}

function pass(asked: IncomingMessage, answer: ServerResponse, port: number, key: string): void {
  const headers = [...asked.rawHeaders, "Authorization", `Bearer ${key}`];
  const on = request({ host: "127.0.0.1", port, agent: false, method: asked.method, path: asked.url, headers }, (given) => {
    answer.writeHead(given.statusCode ?? 0, given.rawHeaders);
    answer.flushHeaders();
    given.pipe(answer);
    given.on("error", () => answer.destroy());
  });
  on.on("error", () => answer.destroy());
  // who goes away here goes away there: to the server it is a cancellation.
  answer.on("close", () => on.destroy());
  asked.pipe(on);
}
