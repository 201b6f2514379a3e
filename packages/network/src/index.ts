export { classify, contains, ownAddresses, parseAddress, parseNetwork, type Address, type Classified, type ClassifyOptions, type Network } from "./address.ts";
export type { AddressCategory } from "./address-blocks.ts";
export { decideHop, type AllowedHop, type DeniedHop, type NetworkSettings, type SeenAddress } from "./decide-hop.ts";
export { guardedFetch, RedirectDenied, type Fetched, type FetchLimits, type FetchOptions } from "./guarded-fetch.ts";
export { matchesHost, readHostPattern, type HostPattern } from "./host-pattern.ts";
export type { Reach } from "./reach.ts";
export { readUrl, type GatedUrl, type RefusedUrl } from "./url-gate.ts";
