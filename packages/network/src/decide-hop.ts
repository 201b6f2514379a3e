import type { DenialCode } from "@postern/policy";
import { type Address, classify, type Classified, type ClassifyOptions } from "./address.ts";
import { givesAddress, type Reach, refusalOfUrl } from "./reach.ts";
import { nameCategory } from "./host-name.ts";
import { resolveAliases } from "./resolve-aliases.ts";
import { resolveHost, type ResolveOptions } from "./resolve-host.ts";
import { type GatedUrl, readUrl } from "./url-gate.ts";

/** What the operator says of the network that the server runs in, for all cards. */
export interface NetworkSettings extends ClassifyOptions, Pick<ResolveOptions, "servers" | "families" | "timeoutMs"> {
  /** Asks for the names that a name stands for as well: for the record, and to refuse those that are never resolved. */
  readonly aliases?: boolean;
  /** Certificates that are trusted besides the system's, PEM. */
  readonly ca?: readonly string[];
}

export interface SeenAddress extends Classified {
  readonly address: string;
}

/** One request that may be sent: to one address, which is of those that were classified. */
export interface AllowedHop {
  readonly outcome: "allowed";
  readonly target: GatedUrl;
  readonly pin: Address;
  /** All that the name resolved to. */
  readonly seen: readonly SeenAddress[];
  /** The names on the way to the addresses, where the operator wants them told. */
  readonly aliases?: readonly string[];
}

export interface DeniedHop {
  readonly outcome: "denied";
  readonly code: Extract<DenialCode, `net.${string}`>;
  readonly rule: string;
  readonly normalized?: string;
  readonly seen: readonly SeenAddress[];
  readonly aliases?: readonly string[];
}

/**
 * Decides one request to one URL, from the text to the address: the gate, the card's hosts and ports, resolution, and the
 * class of every address. Any address that the card does not give denies the name, whatever the others are. Sends nothing
 * but questions to the resolver, and those only about names that the card gives.
 */
export async function decideHop(raw: string, reach: Reach, settings: NetworkSettings, signal: AbortSignal): Promise<AllowedHop | DeniedHop> {
  const read = readUrl(raw);
  if (read.outcome === "refused") {
    const { code, rule, normalized, address } = read;
    const seen = address === undefined ? [] : [look(address, settings)];
    const [found] = seen;
    const worse = found !== undefined && found.category !== "public";
    return denied(worse ? "net.address" : code, worse ? found.category : rule, normalized, seen);
  }
  const normalized = read.url.href;
  // An address says what it is at once, and that comes first: where the card gives it or not, it is this class that is denied.
  const literal = read.address === undefined ? [] : [{ address: read.address, seen: look(read.address, settings) }];
  const refused = literal.find(({ address, seen }) => seen.category !== "public" && !givesAddress(reach, address, seen.category));
  if (refused !== undefined) return denied("net.address", refused.seen.category, normalized, [refused.seen]);
  const refusal = refusalOfUrl(reach, read);
  if (refusal !== undefined)
    return denied(
      refusal.code,
      refusal.rule,
      normalized,
      literal.map(({ seen }) => seen),
    );
  if (read.address !== undefined) return decideAddresses(read, [read.address], reach, settings);
  const [lookup, chain] = await Promise.all([
    resolveHost(read.host, { ...settings, signal }),
    settings.aliases === true ? resolveAliases(read.host, { ...settings, signal }) : undefined,
  ]);
  if (lookup.outcome === "unresolved") return denied("net.dns", lookup.rule, normalized, []);
  if (chain?.outcome === "unresolved") return denied("net.dns", chain.rule, normalized, []);
  const aliases = chain === undefined ? {} : { aliases: chain.names };
  const special = reach.internal === undefined && chain?.names.find((name) => nameCategory(name) !== "name");
  if (typeof special === "string") return { ...denied("net.name", `alias-${nameCategory(special)}`, normalized, []), ...aliases };
  return { ...decideAddresses(read, lookup.addresses, reach, settings), ...aliases };
}

function decideAddresses(target: GatedUrl, addresses: readonly Address[], reach: Reach, settings: ClassifyOptions): AllowedHop | DeniedHop {
  const looked = addresses.map((address) => ({ address, seen: look(address, settings) }));
  const seen = looked.map((each) => each.seen);
  const wrong = looked.find((each) => !givesAddress(reach, each.address, each.seen.category));
  const { href } = target.url;
  if (wrong !== undefined) return denied("net.address", wrong.seen.category, href, seen);
  const [pin] = addresses;
  return pin === undefined ? denied("net.dns", "dns-nodata", href, seen) : { outcome: "allowed", target, pin, seen };
}

function look(address: Address, settings: ClassifyOptions): SeenAddress {
  return { address: address.text, ...classify(address, settings) };
}

function denied(code: DeniedHop["code"], rule: string, normalized: string | undefined, seen: readonly SeenAddress[]): DeniedHop {
  return { outcome: "denied", code, rule, ...(normalized !== undefined && { normalized }), seen };
}
