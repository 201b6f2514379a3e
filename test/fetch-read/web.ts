import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A host on loopback, whose pages a test may change while it runs. */
export interface Web extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly pages: Map<string, RequestListener>;
  /** What was asked, in order: method and path. */
  readonly asked: readonly string[];
  at(path: string): string;
  forget(): void;
}

export async function web(host: string, pages: Readonly<Record<string, RequestListener>>, port = 0): Promise<Web> {
  const known = new Map(Object.entries(pages));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const page = known.get(request.url ?? "");
    if (page === undefined) response.writeHead(404).end("nothing here");
    else page(request, response);
  });
  server.listen(port, host);
  await once(server, "listening");
  const { port: taken } = server.address() as AddressInfo;
  return {
    host,
    port: taken,
    pages: known,
    asked,
    at: (path) => `http://${host}:${taken}${path}`,
    forget: () => void (asked.length = 0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function gives(type: string, body: string | Buffer, status = 200): RequestListener {
  return (_, response: ServerResponse) => response.writeHead(status, { "content-type": type }).end(body);
}

export function leads(location: string): RequestListener {
  return (_, response) => response.writeHead(302, { location }).end();
}
