import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves as many bytes of text as the path says, from a process of its own: what it takes is on nobody's account. */
const bodies = new Map([10 * 1024, 1024 * 1024].map((size) => [`/${size}`, Buffer.alloc(size, "guarded fetch over loopback\n")]));

const server = createServer((request, response) => {
  const body = bodies.get(request.url ?? "");
  if (body === undefined) response.writeHead(404).end();
  else response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "content-length": body.length }).end(body);
});
server.keepAliveTimeout = 1_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
