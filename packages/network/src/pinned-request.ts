import { isIP } from "node:net";
import type { Readable } from "node:stream";
import { getCACertificates } from "node:tls";
import { Failure } from "@postern/policy";
import { buildConnector, Client } from "undici";
import { type Address, parseAddress } from "./address.ts";
import type { GatedUrl } from "./url-gate.ts";

export interface PinnedRequest {
  readonly target: GatedUrl;
  /** The one address that is connected to. */
  readonly address: Address;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
  /** Certificates that are trusted besides the system's, PEM. */
  readonly ca?: readonly string[];
  /** Bytes of the answer's body as they come over the wire. */
  readonly wireBytes: number;
  /** Milliseconds for the connection, TLS included, and for the answer's headers. */
  readonly connectMs: number;
  readonly headersMs: number;
}

export interface PinnedAnswer extends AsyncDisposable {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readable;
}

const headerBytes = 16 * 1024;
/** Interim answers (1xx) before the one that counts. Each one starts the timer for headers anew. */
const mostInterim = 16;

/** The peer is not the one that was classified. Nothing was sent to it. */
export class PeerMismatch extends Error {
  override readonly name = "PeerMismatch";
}

/**
 * Sends one request over a connection of its own to one address that was classified. Guarantees: no name is resolved; Host,
 * SNI and the certificate's name stay those of the URL; a connection is never used for a second request, nor a TLS session
 * resumed; no proxy of the environment, no interceptor, no HTTP/2, no redirect, no retry. `dispose` ends the connection.
 *
 * Throws undici's errors, `PeerMismatch`, and the signal's reason.
 */
export async function pinnedRequest(request: PinnedRequest): Promise<PinnedAnswer> {
  const { target, method, headers, body, signal, wireBytes, headersMs } = request;
  const { url } = target;
  const client = new Client(url.origin, {
    pipelining: 0,
    allowH2: false,
    maxResponseSize: wireBytes,
    maxHeaderSize: headerBytes,
    headersTimeout: headersMs,
    // The total deadline is the signal's: this one is an idle timer, which a drip outlives.
    bodyTimeout: 0,
    connect: connectorTo(request),
  });
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

function interimLimit(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > mostInterim) throw new Failure("net.too_large", "The host sends more interim answers than the limit.");
  };
}

function connectorTo({ target, address, ca, connectMs }: PinnedRequest): buildConnector.connector {
  const { host } = target;
  const connect = buildConnector({
    allowH2: false,
    maxCachedSessions: 0,
    timeout: connectMs,
    autoSelectFamily: false,
    // The environment of a process (NODE_TLS_REJECT_UNAUTHORIZED) must not be able to switch the check off.
    rejectUnauthorized: true,
    // What is given here takes the place of the usual ones.
    ...(ca !== undefined && ca.length > 0 && { ca: [...getCACertificates("default"), ...ca] }),
  });
  return (options, done) => {
    if (plain(options.hostname) !== host) {
      done(new PeerMismatch("asked for another host"), null);
      return;
    }
    // A literal has no name that TLS could ask for.
    const { servername: _, ...rest } = options;
    const pinned = { ...rest, hostname: address.text, ...(isIP(host) === 0 && { servername: host }) };
    connect(pinned, (error, socket) => {
      if (error !== null || socket === null) {
        done(error ?? new Error("no socket"), null);
        return;
      }
      if (parseAddress(socket.remoteAddress ?? "")?.text === address.text) {
        done(null, socket);
        return;
      }
      socket.destroy();
      done(new PeerMismatch(`the peer is ${socket.remoteAddress ?? "unknown"}`), null);
    });
  };
}

function plain(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname.replace(/\.$/, "");
}
