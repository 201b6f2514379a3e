import type { HttpServer, RawAnswer } from "@postern/testing";
import { keyOf } from "./callers.ts";

const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "sessions", version: "0" } };

/** A handshake of the 2025 era; the session that it began. */
export async function beginSession(server: HttpServer, principal: string): Promise<string> {
  const { headers } = await server.send({ token: keyOf(principal), body: { jsonrpc: "2.0", id: 0, method: "initialize", params: client } });
  const id = headers["mcp-session-id"];
  if (typeof id !== "string") throw new Error("the handshake began no session");
  return id;
}

/** One request of the 2025 era within a session, by whom it may be. */
export function inSession(
  server: HttpServer,
  session: string,
  { by, method, params }: { readonly by: string | undefined; readonly method: string; readonly params?: object },
): Promise<RawAnswer> {
  return server.send({
    ...(by !== undefined && { token: keyOf(by) }),
    headers: [
      ["Mcp-Session-Id", session],
      ["Mcp-Protocol-Version", "2025-11-25"],
    ],
    body: { jsonrpc: "2.0", id: 7, method, ...(params !== undefined && { params }) },
  });
}

export function endSession(server: HttpServer, session: string, by: string | undefined): Promise<RawAnswer> {
  return server.send({ method: "DELETE", ...(by !== undefined && { token: keyOf(by) }), headers: [["Mcp-Session-Id", session]] });
}
