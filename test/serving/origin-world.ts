import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { httpOrigin } from "../../packages/network/test/origin.ts";
import type { World } from "./parity-subjects.ts";

export interface OriginWorld extends World {
  /** `http://HOST:PORT` of two neighbors: one by its address, one by `far`. */
  readonly own: string;
  readonly other: string;
  /** The network that a card gives, as YAML. */
  readonly reach: { readonly own: string; readonly both: string };
}

const addresses = ["127.0.0.92", "127.0.0.93"] as const;
/** A name, so that no policy can be told while it is loaded that it leads nowhere. */
export const far = { name: "far.good.test", address: addresses[1] } as const;

/** Two hosts that keep what they are asked, by method and URL, each request once. */
export async function originWorld(): Promise<OriginWorld> {
  const asked = new Map<string, string>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const what = `${request.method} http://${request.headers.host}${request.url}`;
    const body = await text(request);
    asked.set(asked.has(what) ? `${what}, again` : what, body);
    response.writeHead(200, { "content-type": "text/plain" }).end("a secret\n");
  };
  const origins = await Promise.all(addresses.map((address) => httpOrigin((request, response) => void answer(request, response), address)));
  const ports = `ports: [${origins.map(({ port }) => port).join(", ")}]`;
  return {
    own: `http://${addresses[0]}:${origins[0]?.port}`,
    other: `http://${far.name}:${origins[1]?.port}`,
    reach: { own: `internal: { networks: [${addresses[0]}/32], ${ports} }`, both: `internal: { networks: [127.0.0.92/31], ${ports} }` },
    state: () => new Map(asked),
    reset: () => asked.clear(),
    async [Symbol.asyncDispose]() {
      await Promise.all(origins.map((origin) => origin[Symbol.asyncDispose]()));
    },
  };
}
