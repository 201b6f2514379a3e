import { request, type ClientRequest } from "node:http";
import type { HttpServer, RawMessage } from "@postern/testing";
import { keyOf } from "./callers.ts";

/** One POST whose answer is read as it comes: a stream of events, or one document. */
export interface Stream {
  readonly sent: ClientRequest;
  readonly messages: RawMessage[];
  /** The first message that fits, waited for. */
  seen(fits: (message: RawMessage) => boolean): Promise<RawMessage>;
  /** The answer is over, or the connection is. */
  readonly over: Promise<void>;
}

export interface Post {
  readonly principal: string;
  readonly session?: string;
  readonly accept?: string;
  readonly body: unknown;
}

export function post(server: HttpServer, { principal, session, accept = "application/json, text/event-stream", body }: Post): Stream {
  const messages: RawMessage[] = [];
  const waiting = new Set<() => void>();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const take = (json: string): void => {
    messages.push(JSON.parse(json) as RawMessage);
    for (const look of waiting) look();
  };
  const headers = {
    authorization: `Bearer ${keyOf(principal)}`,
    accept,
    "content-type": "application/json",
    ...(session !== undefined && { "mcp-session-id": session }),
  };
  const sent = request({ host: "127.0.0.1", port: server.port, method: "POST", path: "/mcp", agent: false, headers }, (response) => {
    let text = "";
    const events = response.headers["content-type"] === "text/event-stream";
    response.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (!events) return;
      for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
        const data = text
          .slice(0, at)
          .split("\n")
          .find((line) => line.startsWith("data: "));
        text = text.slice(at + 2);
        if (data !== undefined) take(data.slice(6));
      }
    });
    response.on("end", () => {
      if (!events && text !== "") take(text);
    });
    response.on("close", end);
  });
  sent.on("error", () => end());
  sent.on("close", () => end());
  sent.end(JSON.stringify(body));
  return {
    sent,
    messages,
    over,
    async seen(fits) {
      for (;;) {
        const found = messages.find(fits);
        if (found !== undefined) return found;
        const next = Promise.withResolvers<void>();
        waiting.add(next.resolve);
        const ended = await Promise.race([next.promise.then(() => false), over.then(() => true)]);
        waiting.delete(next.resolve);
        if (ended && !messages.some(fits)) throw new Error(`it never came: ${JSON.stringify(messages)}`);
      }
    },
  };
}

/** The 2025-era handshake; the id of the session that it began. */
export async function beginSession(server: HttpServer, principal: string, capabilities: Readonly<Record<string, unknown>>): Promise<string> {
  const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "postern-streams", version: "0" } };
  const { headers } = await server.send({
    token: keyOf(principal),
    headers: [["Accept", "application/json, text/event-stream"]],
    body: { jsonrpc: "2.0", id: 0, method: "initialize", params },
  });
  const id = headers["mcp-session-id"];
  if (typeof id !== "string") throw new Error("no session began");
  return id;
}

export function isQuestion({ method }: RawMessage): boolean {
  return method === "elicitation/create";
}
