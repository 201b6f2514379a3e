import type { Readable } from "node:stream";
import { interimLimit } from "./interim-limit.ts";
import { type Pinned, pinnedClient } from "./pinned-client.ts";

export interface PinnedRequest extends Pinned {
  readonly method: "GET" | "HEAD";
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface PinnedAnswer extends AsyncDisposable {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readable;
}

/**
 * Sends one request that only reads, over a connection of its own to one address that was classified, with the guarantees of
 * `pinnedClient`; no redirect, no retry. `dispose` ends the connection.
 *
 * Throws undici's errors, `PeerMismatch`, and the signal's reason.
 */
export async function pinnedRequest(request: PinnedRequest): Promise<PinnedAnswer> {
  const { method, headers, signal } = request;
  const { url } = request.target;
  const client = pinnedClient(request);
  const end = async (): Promise<void> => {
    await client.destroy().catch(() => undefined);
  };
  try {
    const answer = await client.request({
      path: url.pathname + url.search,
      method,
      headers: { ...headers, connection: "close" },
      body: null,
      signal,
      onInfo: interimLimit(),
    });
    // Whoever stops reading must not meet the error of the connection that was ended.
    answer.body.on("error", () => undefined);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw signal.aborted ? signal.reason : error;
  }
}
