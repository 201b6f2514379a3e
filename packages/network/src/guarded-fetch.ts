import { Failure } from "@postern/policy";
import { type AllowedHop, decideHop, type DeniedHop, type NetworkSettings } from "./decide-hop.ts";
import { networkFailure } from "./network-failure.ts";
import { type PinnedAnswer, pinnedRequest } from "./pinned-request.ts";
import { acceptedCodings, readBody, type Room } from "./read-body.ts";
import type { Reach } from "./reach.ts";
import { type GatedUrl, readUrl } from "./url-gate.ts";

export interface FetchLimits {
  /** Bytes on the wire, and after decoding. */
  readonly wireBytes: number;
  readonly decodedBytes: number;
  readonly redirects: number;
  /** Milliseconds for a connection, and for the headers of an answer. */
  readonly connectMs: number;
  readonly headersMs: number;
}

export interface FetchOptions {
  readonly method: "GET" | "HEAD";
  readonly reach: Reach;
  /** Whether the same card governs where a redirect leads: what another one governs is that one's to give. Absent: there is no other. */
  governs?(target: GatedUrl): boolean;
  /** The only origin that a redirect may lead to. Absent: whatever `reach` gives. */
  readonly origin?: string;
  readonly settings: NetworkSettings;
  readonly limits: FetchLimits;
  /** Ends everything: all hops and the body. */
  readonly signal: AbortSignal;
  /** Headers that the caller may choose, lower case. Others than `accept` and `accept-language` go to the first origin only. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the card's lane gives for one origin: asked anew at each hop, and never carried to the next. */
  credentials?(target: GatedUrl): Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** Asked before anything is sent to a hop; what it throws ends the whole. */
  onHop?(hop: AllowedHop): Promise<void> | void;
  onProgress?(bytes: number): void;
  readonly room?: Room;
}

export interface Fetched {
  readonly status: number;
  readonly headers: PinnedAnswer["headers"];
  readonly body: Buffer;
  /** Every URL on the way, the last one being the one that answered. */
  readonly way: readonly string[];
}

/** A redirect that the card does not give. Nothing was sent there. */
export class RedirectDenied extends Error {
  override readonly name = "RedirectDenied";
  readonly rule: string;
  /** Where it leads, as it came; empty where it came more than once. */
  readonly location: string;
  /** The decision on the URL that it leads to, where it came to one; allowed where something else stood against it. */
  readonly hop: AllowedHop | DeniedHop | undefined;
  readonly way: readonly string[];

  constructor(rule: string, location: string, way: readonly string[], hop?: AllowedHop | DeniedHop) {
    super(`a redirect was denied: ${rule}`);
    this.rule = rule;
    this.location = location;
    this.hop = hop;
    this.way = way;
  }
}

const redirectStatus = new Set([301, 302, 303, 307, 308]);
const goAlong = new Set(["accept", "accept-language", "user-agent"]);

/**
 * Reads a URL from a decided first hop on, following redirects by hand. Guarantees: every hop is decided like the first one,
 * from the raw text of its `Location` to the class of every address, and has a connection of its own; no credential and
 * no header but a few harmless ones goes from one origin to another; nothing goes from https to http.
 *
 * Throws `RedirectDenied`, the failures `net.connect`, `net.tls`, `net.timeout`, `net.too_large`, `net.decode`, and the
 * signal's reason.
 */
export async function guardedFetch(first: AllowedHop, options: FetchOptions): Promise<Fetched> {
  const { limits, reach, settings, signal } = options;
  const way: string[] = [];
  let hop = first;
  for (;;) {
    way.push(withoutPart(hop.target.url));
    await options.onHop?.(hop);
    await using answer = await send(hop, options, way.length === 1 || sameOrigin(hop.target, first.target));
    const location = redirectStatus.has(answer.status) ? answer.headers["location"] : undefined;
    if (location === undefined) return { status: answer.status, headers: answer.headers, body: await bodyOf(answer, options), way };
    if (typeof location !== "string") throw new RedirectDenied("redirect-ambiguous", "", way);
    if (way.length > limits.redirects) throw new RedirectDenied("redirect-limit", location, way);
    const next = nextUrl(location, hop.target.url);
    if (next === undefined) throw new RedirectDenied("redirect-unreadable", location, way);
    // Before its name is looked up.
    if (options.origin !== undefined && originOf(next) !== options.origin) throw new RedirectDenied("approval", location, way);
    const decided = await decideHop(next, reach, settings, signal);
    if (decided.outcome === "denied") throw new RedirectDenied(decided.rule, location, way, decided);
    if (options.governs?.(decided.target) === false) throw new RedirectDenied("other-card", location, way, decided);
    if (hop.target.secure && !decided.target.secure) throw new RedirectDenied("downgrade", location, way, decided);
    if (way.includes(withoutPart(decided.target.url))) throw new RedirectDenied("redirect-limit", location, way, decided);
    hop = decided;
  }
}

async function send(hop: AllowedHop, options: FetchOptions, atFirst: boolean): Promise<PinnedAnswer> {
  const { method, settings, limits, signal, headers = {}, credentials } = options;
  const chosen = Object.entries(headers).filter(([name]) => atFirst || goAlong.has(name));
  try {
    return await pinnedRequest({
      target: hop.target,
      address: hop.pin,
      method,
      headers: { ...Object.fromEntries(chosen), "accept-encoding": acceptedCodings, ...(await credentials?.(hop.target)) },
      signal,
      ...(settings.ca !== undefined && { ca: settings.ca }),
      wireBytes: limits.wireBytes,
      connectMs: limits.connectMs,
      headersMs: limits.headersMs,
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : networkFailure(error);
  }
}

async function bodyOf(answer: PinnedAnswer, { method, limits, signal, room, onProgress }: FetchOptions): Promise<Buffer> {
  // Who says that more will come than is read need not be waited for.
  if (method !== "HEAD" && Number(answer.headers["content-length"]) > limits.wireBytes) {
    throw new Failure("net.too_large", `The answer says that it is larger than the limit of ${limits.wireBytes} bytes.`);
  }
  try {
    const how = { signal, decodedBytes: limits.decodedBytes, ...(room && { room }), ...(onProgress && { onProgress }) };
    return await readBody(answer.body, answer.headers["content-encoding"], how);
  } catch (error) {
    throw signal.aborted ? signal.reason : error instanceof Failure ? error : networkFailure(error);
  }
}

/** What a `Location` says, as text for the gate: only what is relative is put together here, and that is judged as text before. */
function nextUrl(location: string, base: URL): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return location;
  if (location.startsWith("//")) return `${base.protocol}${location}`;
  const judged = readUrl(`${base.origin}/${location}`);
  return judged.outcome === "refused" && judged.rule === "character" ? undefined : URL.parse(location, base)?.href;
}

function originOf(raw: string): string | undefined {
  const read = readUrl(raw);
  return read.outcome === "refused" ? undefined : read.url.origin;
}

function withoutPart(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length);
}

function sameOrigin(one: GatedUrl, other: GatedUrl): boolean {
  return one.url.origin === other.url.origin;
}
