import { isIP } from "node:net";
import { getCACertificates } from "node:tls";
import { buildConnector, Client } from "undici";
import { type Address, parseAddress } from "./address.ts";
import { dropContinue } from "./drop-continue.ts";
import type { GatedUrl } from "./url-gate.ts";

/** One connection to one address that was classified. */
export interface Pinned {
  readonly target: GatedUrl;
  /** The one address that is connected to. */
  readonly address: Address;
  /** Certificates that are trusted besides the system's, PEM. */
  readonly ca?: readonly string[];
  /** Bytes of the answer's body as they come over the wire. */
  readonly wireBytes: number;
  /** Milliseconds for the connection, TLS included, and for the answer's headers. */
  readonly connectMs: number;
  readonly headersMs: number;
}

const headerBytes = 16 * 1024;

/** The peer is not the one that was classified. Nothing was sent to it. */
export class PeerMismatch extends Error {
  override readonly name = "PeerMismatch";
}

/**
 * A client for one request over one connection of its own. Guarantees: no name is resolved; Host, SNI and the certificate's
 * name stay those of the URL; it connects once at most, and resumes no TLS session; no proxy of the environment, no
 * interceptor, no HTTP/2. `onConnected` is told before the first byte of the request can leave; `destroy` ends it all.
 */
export function pinnedClient(pinned: Pinned, onConnected?: () => void): Client {
  return new Client(pinned.target.url.origin, {
    pipelining: 0,
    allowH2: false,
    maxResponseSize: pinned.wireBytes,
    maxHeaderSize: headerBytes,
    headersTimeout: pinned.headersMs,
    // The total deadline is the signal's: this one is an idle timer, which a drip outlives.
    bodyTimeout: 0,
    connect: connectorTo(pinned, onConnected),
  });
}

function connectorTo({ target, address, ca, connectMs }: Pinned, onConnected: (() => void) | undefined): buildConnector.connector {
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
  let asked = false;
  return (options, done) => {
    if (plain(options.hostname) !== host) {
      done(new PeerMismatch("asked for another host"), null);
      return;
    }
    // The client would connect again, for a request that it believes it has not begun.
    if (asked) {
      done(brokenOff(), null);
      return;
    }
    asked = true;
    // A literal has no name that TLS could ask for.
    const { servername: _, ...rest } = options;
    const pinned = { ...rest, hostname: address.text, ...(isIP(host) === 0 && { servername: host }) };
    connect(pinned, (error, socket) => {
      if (error !== null || socket === null) {
        done(error ?? new Error("no socket"), null);
        return;
      }
      const { remoteAddress } = socket;
      if (remoteAddress !== undefined && parseAddress(remoteAddress)?.text === address.text) {
        onConnected?.();
        dropContinue(socket);
        done(null, socket);
        return;
      }
      socket.destroy();
      // Who resets a connection as soon as it stands has no address any more, and is not another one for that.
      done(remoteAddress === undefined ? brokenOff() : new PeerMismatch(`the peer is ${remoteAddress}`), null);
    });
  };
}

function brokenOff(): Error {
  return Object.assign(new Error("the connection closed before the request"), { code: "ECONNRESET" });
}

function plain(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname.replace(/\.$/, "");
}
