import type { IncomingMessage } from "node:http";
import { refused, type Refused } from "./refused.ts";

/** What of a request's head decides anything. */
export interface Head {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly session: string | undefined;
}

/** Headers that decide something: of two of them nobody can say which one is meant. */
const single = ["host", "origin", "authorization", "content-type", "content-length", "mcp-session-id", "mcp-protocol-version"] as const;

/** Reads a head. Refused is what has two readings, and whatever stands in the query: a token there would end in other people's logs. */
export function readHead(request: IncomingMessage): Head | Refused {
  const headers = request.headersDistinct;
  const twice = single.find((name) => (headers[name]?.length ?? 0) > 1);
  if (twice !== undefined) return refused(400, "input.invalid", "header-twice", `The header ${twice} came more than once.`);
  if (request.httpVersionMajor !== 1) return refused(505, "input.invalid", "version", "The protocol is spoken over HTTP/1.1 here.");
  // A coding that we leave and a hop before us takes off would make two requests of one.
  const coding = headers["transfer-encoding"]?.join(",");
  if (coding !== undefined && coding.trim().toLowerCase() !== "chunked")
    return refused(501, "input.invalid", "transfer-encoding", "The only transfer coding here is chunked.");
  const expect = headers["expect"]?.join(",");
  if (expect !== undefined && expect.trim().toLowerCase() !== "100-continue")
    return refused(417, "input.invalid", "expect", "Nothing can be expected here but 100-continue.");
  const host = headers["host"]?.[0];
  if (host === undefined) return refused(400, "input.invalid", "host", "The request has no Host.");
  const target = request.url ?? "";
  if (!target.startsWith("/")) return refused(400, "input.invalid", "target", "The request's target is no path.");
  const query = target.indexOf("?");
  if (query >= 0) return refused(400, "input.invalid", "query", "There is no query here. A token belongs into the header Authorization, and nowhere else.");
  return {
    method: request.method ?? "",
    path: target,
    host,
    origin: headers["origin"]?.[0],
    authorization: headers["authorization"]?.[0],
    contentType: headers["content-type"]?.[0],
    session: headers["mcp-session-id"]?.[0],
  };
}
