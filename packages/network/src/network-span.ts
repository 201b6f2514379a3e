import { type AddressCategory, addressBlocks, metadataAddresses } from "./address-blocks.ts";
import { contains, type Network, parseAddress, parseNetwork } from "./address.ts";

const blocks = addressBlocks.flatMap(({ block, category }) => {
  const network = parseNetwork(block);
  return network === undefined ? [] : [{ network, category }];
});
const metadata = Object.keys(metadataAddresses).flatMap((text) => parseAddress(text) ?? []);

/** What the addresses of a network are, before anybody says that some are an operator's own: of all its parts, each once. */
export function categoriesIn(network: Network): ReadonlySet<AddressCategory> {
  const known = metadata.filter((address) => contains(network, address));
  if (known.length > 0 && network.bits === (network.family === 4 ? 32 : 128)) return new Set(["metadata"]);
  const [around] = blocks.filter((block) => isWithin(network, block.network)).toSorted((one, other) => other.network.bits - one.network.bits);
  const inside = blocks.filter((block) => block.network.bits > network.bits && isWithin(block.network, network));
  const found = [...inside, ...(around === undefined ? [] : [around])].map(({ category }) => category);
  return new Set([...found, ...(known.length > 0 ? (["metadata"] as const) : [])]);
}

export function isWithin(inner: Network, outer: Network): boolean {
  return inner.bits >= outer.bits && contains(outer, inner);
}

/** Two networks have addresses in common exactly where one lies in the other. */
export function meets(one: Network, other: Network): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** Bits below which a network with public addresses is wider than what anybody ever held: 8 of IPv4, 16 of IPv6. */
export function isWide({ family, bits }: Network): boolean {
  return bits < (family === 4 ? 8 : 16);
}

/** What no network of an operator is: nothing that a policy says gives it. */
export const neverOwn: ReadonlySet<AddressCategory> = new Set([
  "metadata",
  "unspecified",
  "current-network",
  "multicast",
  "broadcast",
  "translated",
  "discard",
]);
