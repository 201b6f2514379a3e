import { LateDenial, type TargetRecord } from "@postern/policy";
import type { FetchChoice, HopAuthority } from "./authority.ts";
import type { AllowedHop, NetworkSettings } from "./decide-hop.ts";
import { redirectMessage } from "./denied-url-message.ts";
import { type Fetched, type FetchLimits, guardedFetch, RedirectDenied } from "./guarded-fetch.ts";
import { hopBeside } from "./hop-beside.ts";
import { hopLane } from "./hop-lane.ts";
import { PeerMismatch } from "./pinned-client.ts";
import type { GatedUrl } from "./url-gate.ts";
import { governs } from "./url-governance.ts";
import { type Asked, urlRecord } from "./url-record.ts";
import type { UrlScope } from "./url-scope.ts";

/** Bytes are each call's own. */
export type Limits = Omit<FetchLimits, "wireBytes" | "decodedBytes">;

/** The card that a call goes by, and what its record already says of its target. */
export interface UrlCard extends Pick<TargetRecord, "argument"> {
  readonly scope: UrlScope;
  /** As in the context of the decision. */
  readonly beside: readonly UrlScope[];
  readonly settings: NetworkSettings;
  readonly limits: Limits;
}

/** Reads a URL from a decided hop on, under the card that gave it. What the network tells becomes the codes that callers know. */
export async function fetchFrom(first: AllowedHop, choice: FetchChoice, card: UrlCard): Promise<Fetched> {
  const { scope, beside, settings, limits, argument } = card;
  const { mostBytes, onRedirect, onRetry: _, beforeHop, ...rest } = choice;
  const asked = (raw: string): Asked => ({ kind: "url", argument, raw, operation: "redirect" });
  try {
    return await guardedFetch(first, {
      ...rest,
      reach: scope,
      governs: ({ host }) => governs(scope, beside, host),
      ...(scope.shownOriginOnly && { origin: first.target.url.origin }),
      settings,
      limits: { ...limits, wireBytes: mostBytes, decodedBytes: mostBytes },
      credentials: (target) => credentialsFor(target, scope, rest.signal),
      async onHop(hop) {
        if (hop !== first) onRedirect?.(urlRecord(hop, asked(hop.target.url.href), scope));
        // Where the credential cannot be had, nothing is asked of the origin, by nobody.
        await credentialsFor(hop.target, scope, rest.signal);
        const lane = hopLane(hop.target, scope)?.name;
        const fetch: HopAuthority["fetch"] = (path, other) => fetchFrom(besideHop(hop, path), other, card);
        await beforeHop?.({ url: hop.target.url, fetch, ...(lane !== undefined && { lane }) });
      },
    });
  } catch (error) {
    if (error instanceof PeerMismatch) {
      throw new LateDenial("net.peer_mismatch", "Another address answered than the one that was classified.", { cause: error });
    }
    if (!(error instanceof RedirectDenied)) throw error;
    const { hop, rule, location } = error;
    const known = hop === undefined ? asked(location) : urlRecord(hop, asked(location), scope);
    onRedirect?.({ ...known, decision: "deny", code: hop?.outcome === "denied" ? hop.code : "net.redirect", rule });
    throw new LateDenial("net.redirect", redirectMessage(rule), { cause: error });
  }
}

function besideHop(hop: AllowedHop, path: string): AllowedHop {
  const beside = hopBeside(hop, `${hop.target.url.origin}${path}`);
  if (beside === undefined) throw new TypeError(`${JSON.stringify(path)} is no path of the origin`);
  return beside;
}

async function credentialsFor(target: GatedUrl, scope: UrlScope, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  return (await hopLane(target, scope)?.headersFor(target.host, signal)) ?? {};
}
