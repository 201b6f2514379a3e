import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { authority, certificate, key } from "./tls-material.ts";

export { authority };

export interface Origin extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly Seen[];
  /** Connections that were ever made to it. */
  readonly connections: number;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** What TLS asked for. */
  readonly servername: string | false | undefined;
  readonly version: string;
}

type Listener = Server | ReturnType<typeof createTcpServer> | ReturnType<typeof createSecureServer>;

async function serve(server: Listener, requests: readonly Seen[], host: string): Promise<Origin> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function recording(requests: Seen[], answer: RequestListener): RequestListener {
  return (request, response) => {
    const { method = "", url = "", headers, socket, httpVersion } = request;
    requests.push({ method, path: url, headers, servername: (socket as { readonly servername?: string | false }).servername, version: httpVersion });
    response.on("error", () => undefined);
    answer(request, response);
  };
}

export function httpOrigin(answer: RequestListener, host = "127.0.0.1"): Promise<Origin> {
  const requests: Seen[] = [];
  return serve(createServer(recording(requests, answer)), requests, host);
}

/** For good.test, unless it is given another certificate; offers HTTP/2 first. */
export function httpsOrigin(
  answer: RequestListener,
  host = "127.0.0.1",
  identity: { readonly cert: string; readonly key: string } = { cert: certificate, key },
): Promise<Origin> {
  const requests: Seen[] = [];
  const server = createSecureServer({ ...identity, allowHTTP1: true, ca: authority }, recording(requests, answer) as never);
  return serve(server, requests, host);
}

/** Says the given bytes to whoever connects, whatever is asked but robots.txt, and leaves the connection open unless `end`. */
export function rawOrigin(says: string | Buffer, { end = true, host = "127.0.0.1" }: { readonly end?: boolean; readonly host?: string } = {}): Promise<Origin> {
  const server = createTcpServer((socket) => {
    socket.once("data", (asked: Buffer) => {
      if (asked.subarray(0, 15).toString() === "GET /robots.txt") socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
      else if (end) socket.end(says);
      else socket.write(says);
    });
  });
  return serve(server, [], host);
}
