import { type CardLane, LateDenial } from "@postern/policy";
import type { Call } from "./call-shape.ts";
import type { SendChoice } from "./send-authority.ts";

interface Request {
  readonly call: Pick<Call, "sign">;
  readonly lane: CardLane | undefined;
  readonly host: string;
  readonly body: Buffer | undefined;
  /** Of the call, for whoever looks it up on both sides. */
  readonly id: string;
}

/**
 * All headers of one request but those of the connection. Guarantees: none is the caller's but the idempotency key; the
 * credential comes from the lane for this one host, or signs and is not sent at all. Throws `LateDenial`
 * (`credential.missing`, `credential.host`).
 *
 * Source: Standard Webhooks 1.0, whose verifiers take the signature as it is.
 */
export async function requestHeaders(choice: SendChoice, request: Request): Promise<Readonly<Record<string, string>>> {
  const { lane, host, body, id, call } = request;
  const secret = call.sign === undefined ? await credential(lane, host, choice.signal) : await signature(lane, request, choice.signal);
  return {
    ...secret,
    accept: "application/json, text/plain;q=0.9, */*;q=0.1",
    "user-agent": choice.userAgent,
    "x-request-id": id,
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(choice.idempotencyKey !== undefined && { "idempotency-key": choice.idempotencyKey }),
  };
}

async function credential(lane: CardLane | undefined, host: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  if (lane === undefined) return {};
  const headers = await lane.headersFor(host, signal);
  if (headers === undefined) throw new LateDenial("credential.host", "The credential of the card is not bound to the host.");
  return headers;
}

async function signature(lane: CardLane | undefined, { host, body, id }: Request, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  if (lane === undefined) throw new LateDenial("credential.missing", "The card signs its requests, and there is no credential to sign with.");
  if (!lane.reaches(host)) throw new LateDenial("credential.host", "The credential of the card is not bound to the host.");
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signed = await lane.sign(`${id}.${timestamp}.${body?.toString() ?? ""}`, signal);
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signed}` };
}
