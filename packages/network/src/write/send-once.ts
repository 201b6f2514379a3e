import type { PinnedAnswer } from "../pinned-request.ts";
import { interimLimit } from "../interim-limit.ts";
import { type Pinned, pinnedClient } from "../pinned-client.ts";

export interface OneRequest extends Pinned {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** What is certain of a request after it was made. */
export type SentOnce =
  | { readonly outcome: "answered"; readonly answer: PinnedAnswer }
  /** Not one byte of it can have left. */
  | { readonly outcome: "unsent"; readonly error: unknown }
  /** Some of it may have arrived, or all of it. */
  | { readonly outcome: "unknown"; readonly error: unknown };

/**
 * Makes one request that changes something, over a connection of its own to one address that was classified, with the
 * guarantees of `pinnedClient`; no redirect, no retry. Never throws. `unsent` is said only where no connection stood that
 * a byte of the request could have been written to.
 */
export async function sendOnce(request: OneRequest): Promise<SentOnce> {
  const { method, headers, body, signal } = request;
  const { url } = request.target;
  let connected = false;
  const client = pinnedClient(request, () => void (connected = true));
  const end = async (): Promise<void> => {
    await client.destroy().catch(() => undefined);
  };
  try {
    const answer = await client.request({
      path: url.pathname + url.search,
      method,
      headers: { ...headers, connection: "close" },
      body: body ?? null,
      signal,
      // Nothing may be made of it twice.
      idempotent: false,
      onInfo: interimLimit(),
    });
    answer.body.on("error", () => undefined);
    return { outcome: "answered", answer: { status: answer.statusCode, headers: answer.headers, body: answer.body, [Symbol.asyncDispose]: end } };
  } catch (error) {
    const outcome = connected ? "unknown" : "unsent";
    await end();
    return { outcome, error };
  }
}
