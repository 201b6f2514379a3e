import type { AddressCategory } from "./address-blocks.ts";
import { contains, type Network } from "./address.ts";
import { type HostPattern, matchesHost } from "./host-pattern.ts";
import type { GatedUrl } from "./url-gate.ts";

/** What one card gives of the network. */
export interface Reach {
  readonly hosts: readonly HostPattern[];
  /** Ports of public addresses. */
  readonly ports: readonly number[];
  /**
   * The card is one for internal targets: its hosts, on exactly these networks and ports, and nothing that is public. A
   * name that says one thing on the operator's network and another outside is then never followed outside.
   */
  readonly internal?: { readonly networks: readonly Network[]; readonly ports: readonly number[] };
}

/** What an internal card can give where it names the network. Nothing gives the others. */
export const internalCategories: ReadonlySet<AddressCategory> = new Set([
  "private",
  "unique-local",
  "site-local",
  "shared",
  "service-network",
  "loopback",
  "self",
]);

export type ReachRefusal = { readonly code: "net.host_not_allowed" | "net.name" | "net.port"; readonly rule: string };

/** Whether a card gives a URL, before anybody asks for addresses; undefined: it does. */
export function refusalOfUrl(
  { hosts, ports, internal }: Reach,
  { host, special, port }: Pick<GatedUrl, "host" | "special" | "port">,
): ReachRefusal | undefined {
  const pattern = hosts.find((each) => matchesHost(each, host));
  if (pattern === undefined) return special ? { code: "net.name", rule: "special-name" } : { code: "net.host_not_allowed", rule: "host-not-allowed" };
  if (special && (internal === undefined || pattern.form === "any")) return { code: "net.name", rule: "special-name" };
  if (!(internal?.ports ?? ports).includes(port)) return { code: "net.port", rule: "port" };
  return undefined;
}

/** Whether a card gives an address of a category. */
export function givesAddress({ internal }: Reach, address: Parameters<typeof contains>[1], category: AddressCategory): boolean {
  if (internal === undefined) return category === "public";
  return internalCategories.has(category) && internal.networks.some((network) => contains(network, address));
}
