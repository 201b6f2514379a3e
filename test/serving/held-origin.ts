import type { ServerResponse } from "node:http";
import { httpOrigin } from "../../packages/network/test/origin.ts";

/** An origin that answers when it is told to: whoever fetches from it has a call in flight until then. */
export interface HeldOrigin extends AsyncDisposable {
  readonly url: string;
  /** The `targets` of a card that gives it, in YAML. */
  readonly targets: string;
  /** Requests that wait for their answer. */
  waiting(): number;
  /** Answers all that wait. */
  release(): void;
}

const host = "127.0.0.91";

export async function heldOrigin(): Promise<HeldOrigin> {
  const waiting = new Set<ServerResponse>();
  const origin = await httpOrigin((_request, response) => {
    waiting.add(response);
    response.once("close", () => waiting.delete(response));
  }, host);
  return {
    url: `http://${host}:${origin.port}/`,
    targets: `{ hosts: [${host}], internal: { networks: [${host}/32], ports: [${origin.port}] }, robots: ignore }`,
    waiting: () => waiting.size,
    release() {
      for (const response of waiting) response.writeHead(200, { "content-type": "text/plain" }).end("held until now");
    },
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
}
