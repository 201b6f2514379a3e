import type { JWK } from "jose";
import { type Network, type NetworkSettings, networkSettings, ownAddresses, parseNetwork, type Reach, readHostPattern, readUrl } from "@postern/network";
import type { PolicyIssuer, PolicyNetwork } from "@postern/policy";
import { loadDocument } from "./load-document.ts";
import { readKeySet } from "./read-key-set.ts";

/** The keys of an issuer, or why there are none, for the operator. */
export type FetchedKeys = { readonly outcome: "keys"; readonly keys: readonly JWK[] } | { readonly outcome: "failed"; readonly reason: string };

/** Milliseconds for all of it. */
const totalMs = 10_000;
const httpsPort = 443;

/**
 * Fetches the keys of an issuer: from where the policy says, or from where its metadata does. Guarantees that nothing is
 * asked but over https, at an address that was classified: a public one, or one in the networks that the policy names for
 * the issuer. Metadata counts only where it says of itself that it is this issuer's (RFC 8414, section 3.3).
 */
export async function fetchKeys(issuer: PolicyIssuer, network: PolicyNetwork | undefined): Promise<FetchedKeys> {
  const settings = { own: ownAddresses(), ...networkSettings(network) };
  const signal = AbortSignal.timeout(totalMs);
  const found = issuer.jwks === undefined ? await keysUrl(issuer, settings, signal) : { url: issuer.jwks, port: portOf(issuer.jwks) };
  if (typeof found === "string") return failed(`its metadata: ${found}`);
  const document = await loadDocument(found.url, reachOf(found.url, [found.port, portOf(issuer.issuer)], issuer), settings, signal);
  if (typeof document === "string") return failed(`its keys: ${document}`);
  const keys = readKeySet(document);
  return keys === undefined ? failed("its keys: no key set") : { outcome: "keys", keys };
}

async function keysUrl(
  issuer: PolicyIssuer,
  settings: NetworkSettings,
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly port: number } | string> {
  let reason = "";
  for (const url of metadataUrls(issuer.issuer)) {
    const document = await loadDocument(url, reachOf(url, [portOf(url)], issuer), settings, signal);
    if (typeof document === "string") reason = document;
    else if (document["issuer"] !== issuer.issuer) reason = "it is another issuer's";
    else if (typeof document["jwks_uri"] !== "string") reason = "it names no keys";
    else return { url: document["jwks_uri"], port: httpsPort };
  }
  return reason;
}

/** Where the metadata of an issuer can be: RFC 8414 puts the name before the issuer's own path, OpenID Connect Discovery behind it. */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  return [`${origin}/.well-known/oauth-authorization-server${path}`, `${origin}${path}/.well-known/openid-configuration`];
}

/** Exactly the host of the URL. What an issuer says of ports is believed of none but its own and the usual one. */
function reachOf(url: string, ports: readonly number[], { internal }: PolicyIssuer): Reach {
  const read = readUrl(url);
  const pattern = read.outcome === "refused" ? undefined : readHostPattern(read.host);
  const hosts = typeof pattern === "object" ? [pattern] : [];
  if (internal === undefined) return { hosts, ports };
  return { hosts, ports: [], internal: { networks: internal.networks.map(networkOf), ports: internal.ports } };
}

/** Why an issuer, or what is known of the network, cannot be used; undefined: it can. */
export function issuerProblem({ issuer, jwks = issuer, internal }: PolicyIssuer, network: PolicyNetwork | undefined): string | undefined {
  try {
    networkSettings(network);
    internal?.networks.forEach(networkOf);
    const strange = [issuer, jwks].map((url) => ({ url, read: readUrl(url) })).find(({ read }) => read.outcome === "refused");
    return strange === undefined ? undefined : `http.issuers: ${strange.url} is no URL that can be asked`;
  } catch (error) {
    return error instanceof Error ? error.message : "the network settings cannot be used";
  }
}

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`http.issuers: ${text} is no network: bits are set behind its prefix`);
  return network;
}

function portOf(url: string): number {
  return Number(new URL(url).port || httpsPort);
}

function failed(reason: string): FetchedKeys {
  return { outcome: "failed", reason };
}
