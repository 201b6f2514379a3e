import { decideHop, guardedFetch, type NetworkSettings, type Reach, RedirectDenied } from "@postern/network";
import { Failure } from "@postern/policy";
import { reportInternal } from "../../report-internal.ts";

const limits = { wireBytes: 256 * 1024, decodedBytes: 256 * 1024, redirects: 0, connectMs: 5_000, headersMs: 5_000 };
const headers = { accept: "application/json", "user-agent": "postern" };

/**
 * Reads one JSON object of an issuer, through the guard of the network: its host is resolved once, every address classified,
 * and the connection goes to one of them. No redirect is followed. A text where it comes to nothing: why, for the operator,
 * in our own words only.
 */
export async function loadDocument(
  url: string,
  reach: Reach,
  settings: NetworkSettings,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const hop = await decideHop(url, reach, settings, signal);
    if (hop.outcome === "denied") return `${hop.code} (${hop.rule})`;
    // What says whom to trust comes from whoever can prove who it is.
    if (!hop.target.secure) return "net.scheme (no https)";
    const { status, body } = await guardedFetch(hop, { method: "GET", reach, settings, limits, signal, headers });
    return status === 200 ? objectIn(body) : `status ${status}`;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    if (error instanceof RedirectDenied) return "net.redirect";
    if (signal.aborted) return "net.timeout";
    reportInternal("issuer", error);
    return "internal";
  }
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> | string {
  try {
    const read: unknown = JSON.parse(body.toString("utf8"));
    if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Readonly<Record<string, unknown>>;
  } catch {
    // the same as any other value that is no object.
  }
  return "no JSON object";
}
