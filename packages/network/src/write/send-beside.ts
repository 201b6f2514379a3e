import { type Change, Failure, LateDenial } from "@postern/policy";
import type { AllowedHop, NetworkSettings } from "../decide-hop.ts";
import { hopBeside } from "../hop-beside.ts";
import { networkFailure } from "../network-failure.ts";
import { PeerMismatch } from "../pinned-client.ts";
import type { PinnedAnswer } from "../pinned-request.ts";
import { acceptedCodings, readBody } from "../read-body.ts";
import type { SendLimits } from "./send-call.ts";
import { type OneRequest, sendOnce } from "./send-once.ts";

/** One request to the origin of a hop that was decided. */
export interface BesideRequest extends Pick<OneRequest, "method" | "headers" | "body" | "signal"> {
  readonly url: string;
  readonly settings: NetworkSettings;
  readonly limits: SendLimits;
  /** What it changes, should nobody be able to say whether it arrived. */
  readonly change: Change;
}

export interface BesideAnswer {
  readonly status: number;
  readonly headers: PinnedAnswer["headers"];
  readonly body: Buffer;
}

/**
 * Sends one request that changes something, once, to the address that was classified for the hop. Follows no redirect. Throws
 * where certainly nothing was sent (`net.connect`, `net.tls`, `net.timeout`, `LateDenial`), and with its change where that
 * is not certain (`net.unknown`).
 */
export async function sendBeside(hop: AllowedHop, request: BesideRequest): Promise<BesideAnswer> {
  const { url, settings, limits, signal, change, ...one } = request;
  const beside = hopBeside(hop, url);
  if (beside === undefined) throw new LateDenial("net.url", "The request would leave the origin that was decided. Nothing was sent.");
  const sent = await sendOnce({
    ...one,
    target: beside.target,
    address: beside.pin,
    signal,
    headers: { ...one.headers, "accept-encoding": acceptedCodings },
    ...(settings.ca !== undefined && { ca: settings.ca }),
    wireBytes: limits.answerBytes,
    connectMs: limits.connectMs,
    headersMs: limits.headersMs,
  });
  if (sent.outcome === "unsent") throw unsent(sent.error, signal);
  if (sent.outcome === "unknown") throw unknown(sent.error, change);
  await using answer = sent.answer;
  try {
    const body = await readBody(answer.body, answer.headers["content-encoding"], { signal, decodedBytes: limits.answerBytes });
    return { status: answer.status, headers: answer.headers, body };
  } catch (error) {
    // The status came, and with it that the request arrived; of the rest nothing can be relied on.
    throw unknown(error, change);
  }
}

function unsent(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const known = networkFailure(error);
  if (known instanceof PeerMismatch) {
    return new LateDenial("net.peer_mismatch", "Another address answered than the one that was classified. Nothing was sent.", { cause: known });
  }
  const { code, message } = known instanceof Failure ? known : new Failure("net.connect", "The connection failed.");
  return new Failure(code, `${message} Nothing was sent.`, { cause: error });
}

function unknown(cause: unknown, change: Change): Failure {
  return new Failure("net.unknown", "The request was sent, and no whole answer came: whether it took effect is not known. It is not sent again.", {
    cause,
    changes: [{ ...change, durable: false }],
  });
}
