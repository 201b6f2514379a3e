import type { PolicyHttp } from "@postern/policy";
import type { Head } from "./head.ts";

/** What a browser needs to let a page of an allowed origin read answers. Every other origin gets nothing. */
export function corsHeaders({ origin, method }: Head, http: PolicyHttp | undefined): Readonly<Record<string, string>> {
  if (origin === undefined || http?.allowedOrigins.includes(origin) !== true) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "mcp-session-id, www-authenticate, retry-after",
    vary: "origin",
    ...(method === "OPTIONS" && {
      "access-control-allow-methods": "POST, DELETE",
      "access-control-allow-headers": "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name",
      "access-control-max-age": "600",
    }),
  };
}
