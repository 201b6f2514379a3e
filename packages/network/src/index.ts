export { classify, contains, ownAddresses, parseAddress, parseNetwork, type Address, type Classified, type ClassifyOptions, type Network } from "./address.ts";
export type { AddressCategory } from "./address-blocks.ts";
export { nameCategory, type NameCategory } from "./host-name.ts";
export { readUrl, type GatedUrl, type RefusedUrl } from "./url-gate.ts";
