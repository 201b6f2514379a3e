import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { tellOperator } from "../tell-operator.ts";
import type { Bind } from "./bind.ts";
import { cannotListen } from "./cannot-listen.ts";
import { boundConnections } from "./connections.ts";
import { readInSlices } from "./in-slices.ts";
import { InTurn } from "./in-turn.ts";

/** Milliseconds for the head of a request, for all of it, between two of them, and between two looks at them. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const bounds = { maxHeaderSize: 16 * 1024, requireHostHeader: false, joinDuplicateHeaders: false };
/** What a client leaves unread for so many milliseconds is not held for it. */
const unreadMs = 60_000;
const mostHeaders = 100;
/** More than requests may be in hand: whoever has all of those still leaves room to be told so, and to come in. */
const mostConnections = 1_536;

export type Listening = Server | TlsServer;
export type Certificate = Pick<SecureContextOptions, "cert" | "key">;

/** Listens at an address, over TLS where there is a certificate. `front` gets the port that it came to be. */
export async function listen(
  bind: Bind,
  tls: Certificate | undefined,
  front: (at: Bind) => RequestListener,
  onUnreadable: (error: Error, socket: Duplex, answered?: boolean) => void,
): Promise<Listening> {
  const options = { ...timeouts, ...bounds };
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls, minVersion: "TLSv1.2", handshakeTimeout: 10_000 });
  server.setTimeout(unreadMs);
  server.maxHeadersCount = mostHeaders;
  boundConnections(server, mostConnections);
  const port = await listening(server, bind);
  const inTurn = new InTurn(front({ ...bind, port }));
  // An invitation to send a body is given by whoever reads it; an expectation that nobody knows is refused like a wrong head.
  for (const event of ["request", "checkContinue", "checkExpectation"]) {
    server.on(event, (request: IncomingMessage, response: ServerResponse) => inTurn.take(request, response));
  }
  server.on("connect", (_request, socket) => {
    // Node has let go of the socket by now, its errors and its end included: it is ended at once, and nobody answers on it.
    socket.on("error", () => undefined);
    inTurn.cut(socket);
    onUnreadable(Object.assign(new Error("no tunnel"), { code: "HPE_CONNECT" }), socket, true);
    socket.destroy();
  });
  readInSlices(server, (socket) => inTurn.isOver(socket));
  server.on("clientError", (error, socket) => {
    const busy = inTurn.broken(socket);
    // a body that breaks off is recorded by whoever reads it.
    if (busy === "body") socket.end("HTTP/1.1 400 Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () => socket.destroy());
    else onUnreadable(error, socket, busy === "answer");
  });
  tellOperator(`postern: serving ${tls === undefined ? "http" : "https"}://${bind.host.includes(":") ? `[${bind.host}]` : bind.host}:${port}/mcp\n`);
  return server;
}

function listening(server: Listening, bind: Bind): Promise<number> {
  const { host, port } = bind;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new Error(cannotListen(bind, error.code ?? "error"))));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
