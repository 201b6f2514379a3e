import type { IncomingMessage } from "node:http";
import type { Admitted } from "./admitted.ts";

/** Headers that say something of the protocol. */
const told = ["content-type", "mcp-protocol-version", "mcp-method", "mcp-name"];

/** A POST as the SDK wants to see it: without its body, which is read already, and without any proof of identity. Made when it is wanted, once. */
export function webRequest({ request, head, gone }: Admitted): () => Request {
  let made: Request | undefined;
  return () => (made ??= new Request(`http://server.invalid${head.path}`, { method: "POST", headers: toldBy(request), signal: gone }));
}

function toldBy(request: IncomingMessage): Headers {
  const headers = new Headers({ accept: "application/json, text/event-stream" });
  for (const name of told) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}
