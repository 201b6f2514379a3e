import { hash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { type Change, type Committed, Failure, LateDenial, type TargetRecord } from "@postern/policy";
import { type AllowedHop, decideHop, type NetworkSettings } from "../decide-hop.ts";
import { deniedUrlMessage } from "../denied-url-message.ts";
import { networkFailure } from "../network-failure.ts";
import { PeerMismatch } from "../pinned-client.ts";
import type { PinnedAnswer } from "../pinned-request.ts";
import { acceptedCodings, readBody } from "../read-body.ts";
import { urlRecord } from "../url-record.ts";
import type { OpenCall } from "./call-scope.ts";
import { nextTry } from "./next-try.ts";
import { requestHeaders } from "./request-headers.ts";
import type { SendChoice, Sent } from "./send-authority.ts";
import { sendOnce } from "./send-once.ts";

/** Milliseconds for a connection and for the headers of an answer, and bytes of its body. */
export interface SendLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly answerBytes: number;
}

/** A request as it was decided. */
export interface HeldCall {
  readonly hop: AllowedHop;
  readonly open: OpenCall;
  readonly url: string;
  readonly body: Buffer | undefined;
  readonly settings: NetworkSettings;
}

interface Sending {
  readonly held: HeldCall;
  readonly argument: string;
  readonly committed: Committed;
  readonly limits: SendLimits;
}

/** Milliseconds before another try. */
const pause = 250;

/**
 * Sends a decided request. What has not left may be tried again as often as the card says: the name is looked up and
 * classified anew each time, and a try goes only to an address that the decision's record names. What may have left is
 * never sent again.
 */
export async function sendCall(choice: SendChoice, sending: Sending): Promise<Sent> {
  const { held, argument, committed, limits } = sending;
  const { call, scope } = held.open;
  const { signal } = choice;
  const tried = new Set<string>();
  let { hop } = held;
  for (let tries = 0; ; tries += 1) {
    const headers = await requestHeaders(choice, { call, lane: scope.lane, host: hop.target.host, body: held.body, id: committed.call });
    signal.throwIfAborted();
    tried.add(hop.pin.text);
    const sent = await sendOnce({
      target: hop.target,
      address: hop.pin,
      method: call.method,
      headers: { ...headers, "accept-encoding": acceptedCodings },
      body: held.body,
      signal,
      ...(held.settings.ca !== undefined && { ca: held.settings.ca }),
      wireBytes: limits.answerBytes,
      connectMs: limits.connectMs,
      headersMs: limits.headersMs,
    });
    if (sent.outcome === "answered") return await answered(sent.answer, choice, sending);
    if (sent.outcome === "unknown") throw unknown(sent.error, held);
    signal.throwIfAborted();
    const failed = unsent(sent.error);
    if (tries >= call.retries || failed.code === "net.tls") throw failed;
    await setTimeout(pause * 2 ** tries, undefined, { signal }).catch(() => signal.throwIfAborted());
    const next = await decideHop(held.url, scope, held.settings, signal);
    const found = urlRecord(next, { kind: "url", argument, raw: held.url, operation: "retry" }, scope);
    const again = next.outcome === "allowed" ? nextTry(next, held.hop, tried) : undefined;
    choice.onFound?.(again === undefined && next.outcome === "allowed" ? elsewhere(found) : found);
    if (next.outcome === "denied") throw new LateDenial(next.code, `${deniedUrlMessage(next, scope)} Nothing was sent.`);
    if (again === undefined)
      throw new Failure(failed.code, `${failed.message} It was not tried again: the host's name leads elsewhere by now.`, { cause: failed });
    hop = again;
  }
}

/** A try that is not made: where it would have gone stands in no record yet. */
function elsewhere(found: TargetRecord): TargetRecord {
  return { ...found, decision: "deny", code: "net.address", rule: "retry-elsewhere", withheld: ["addresses"] };
}

/** What is told where not one byte has left. Throws where another one answered than was classified. */
function unsent(error: unknown): Failure {
  const known = networkFailure(error);
  if (known instanceof PeerMismatch)
    throw new LateDenial("net.peer_mismatch", "Another address answered than the one that was classified. Nothing was sent.", { cause: known });
  const { code, message } = known instanceof Failure ? known : new Failure("net.connect", "The connection failed.");
  return new Failure(code, `${message} Nothing was sent.`, { cause: error });
}

function unknown(error: unknown, held: HeldCall): Failure {
  const known = networkFailure(error);
  // Something came back, and it says nothing that could be relied on.
  const came = known instanceof Failure && (known.code === "net.decode" || known.code === "net.too_large");
  const what = came ? "an answer came that is not well-formed HTTP, or has no end" : "no answer came";
  const message = `The request was sent, and ${what}: whether it took effect is not known. It is not sent again.`;
  return new Failure("net.unknown", message, { cause: error, changes: [change(held)] });
}

async function answered(answer: PinnedAnswer, { signal, onFound }: SendChoice, { held, argument, limits }: Sending): Promise<Sent> {
  await using _ = answer;
  const { status, headers } = answer;
  const { accept } = held.open.call;
  const changes = [change(held, status)] as const;
  if (status >= 300 && status < 400) {
    const { location } = headers;
    const raw = typeof location === "string" ? location : "";
    onFound?.({ kind: "url", argument, raw, operation: "redirect", decision: "deny", code: "net.redirect", rule: "redirect-never" });
    const message = `The request arrived and was answered with a redirect (status ${status}), which is never followed: it would be sent to where the card does not lead.`;
    throw new LateDenial("net.redirect", message, { changes });
  }
  const type = typeof headers["content-type"] === "string" ? (headers["content-type"].split(";", 1)[0] ?? "").trim().toLowerCase() : "";
  const accepted = accept === undefined ? status < 300 : accept.includes(status);
  let body: Sent["body"];
  try {
    body = await readBody(answer.body, headers["content-encoding"], { signal, decodedBytes: limits.answerBytes });
  } catch (error) {
    // The status is what the other side says of the request; that the rest is missing takes nothing from it.
    const failure = networkFailure(error);
    body = failure instanceof Failure && failure.code === "net.too_large" ? "too-large" : "broken";
  }
  return { status, accepted, type, body, changes };
}

/** What the record of the outcome says of the request; without a status nobody knows whether it arrived. */
function change({ body = Buffer.alloc(0) }: HeldCall, status?: number): Change {
  const after = { bytes: body.length, sha256: hash("sha256", body) };
  return { argument: "request", change: "sent", after, durable: status !== undefined, ...(status !== undefined && { status }) };
}
