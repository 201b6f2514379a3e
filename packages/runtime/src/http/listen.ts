import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { tellOperator } from "../tell-operator.ts";
import type { Bind } from "./bind.ts";
import { boundConnections } from "./connections.ts";

/** Milliseconds for the head of a request, for all of it, between two of them, and between two looks at them. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const bounds = { maxHeaderSize: 16 * 1024, requireHostHeader: false, joinDuplicateHeaders: false };
/** What a client leaves unread for so many milliseconds is not held for it. */
const unreadMs = 60_000;
const mostHeaders = 100;
const mostConnections = 1_024;

export type Listening = Server | TlsServer;
export type Certificate = Pick<SecureContextOptions, "cert" | "key">;

/** Listens at an address, over TLS where there is a certificate. `front` gets the port that it came to be. */
export async function listen(
  bind: Bind,
  tls: Certificate | undefined,
  front: (at: Bind) => RequestListener,
  onUnreadable: (error: Error, socket: Duplex) => void,
): Promise<Listening> {
  const options = { ...timeouts, ...bounds };
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls, minVersion: "TLSv1.2", handshakeTimeout: 10_000 });
  server.setTimeout(unreadMs);
  server.maxHeadersCount = mostHeaders;
  boundConnections(server, mostConnections);
  const serving = new WeakMap<Duplex, IncomingMessage>();
  server.on("request", (request, response) => {
    serving.set(request.socket, request);
    response.once("close", () => serving.delete(request.socket));
  });
  server.on("clientError", (error, socket) => {
    const broken = serving.get(socket);
    if (broken === undefined) onUnreadable(error, socket);
    // a body that breaks off is recorded by whoever reads it.
    else socket.end("HTTP/1.1 400 Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () => broken.destroy());
  });
  const port = await listening(server, bind);
  server.on("request", front({ ...bind, port }));
  tellOperator(`postern: serving ${tls === undefined ? "http" : "https"}://${bind.host.includes(":") ? `[${bind.host}]` : bind.host}:${port}/mcp\n`);
  return server;
}

function listening(server: Listening, { host, port }: Bind): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new Error(`cannot listen on ${host}:${port} (${error.code ?? "error"})`)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
