import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** One request, as it came. */
export interface Seen {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  /** Below the base path, not decoded. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Without its scheme. */
  readonly token: string | undefined;
  readonly text: string;
  /** Parsed; undefined where there is none, or no JSON. */
  readonly body: unknown;
  /** As `GET /repos/{owner}/{repo}`; undefined where it is none that the host has. */
  operation?: string;
  /** Absent where the connection ended without one. */
  status?: number;
}

export function seenOf(request: Pick<IncomingMessage, "method" | "url" | "headers">, base: string, text: string): Seen {
  const { method = "", url = "", headers } = request;
  const [path = "", ...query] = url.split("?");
  return {
    method,
    url,
    path: path.startsWith(`${base}/`) ? path.slice(base.length) : "",
    query: query.join("?"),
    headers,
    token: headers.authorization?.replace(/^\S+\s+/, ""),
    text,
    body: parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
