import type { CardRemark } from "@postern/policy";
import { contains, type Network, ownAddresses, parseAddress, parseNetwork } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";
import { categoriesIn, isWide, isWithin, meets, neverOwn } from "./network-span.ts";
import { internalCategories } from "./reach.ts";
import { repeatedAt } from "./repeated-at.ts";

type Judged = Pick<CardRemark, "weight" | "message">;

/** What an internal card's networks and ports say that can never be given, or only in part. */
export function* internalRemarks(written: { readonly networks: readonly string[]; readonly ports: readonly number[] }, settings: NetworkSettings) {
  const path = ["targets", "internal"] as const;
  yield* repeatedAt(
    written.networks.map((text) => parseNetwork(text)?.text ?? text),
    [...path, "networks"],
  );
  yield* repeatedAt(written.ports, [...path, "ports"]);
  for (const [index, text] of written.networks.entries()) {
    const network = parseNetwork(text);
    const judged = network === undefined ? undefined : judge(network, settings);
    if (judged !== undefined) yield { ...judged, path: [...path, "networks", index] } satisfies CardRemark;
  }
}

function judge(network: Network, { serviceNetworks = [], nat64Prefixes = [] }: NetworkSettings): Judged | undefined {
  const { text } = network;
  const found = categoriesIn(network);
  const carries = [...found].every((category) => category === "translated");
  const isNever = [...found].every((category) => neverOwn.has(category));
  // What carries IPv4 is what it carries, and no list of networks says otherwise.
  const named = nat64Prefixes.some((prefix) => meets(prefix, network)) || (!isNever && serviceNetworks.some((service) => meets(service, network)));
  if (![...found].some((category) => internalCategories.has(category)) && !named && !isOwn(network)) {
    if (carries) return { weight: "refuse", message: `${text} carries IPv4 addresses (translated), which no card can give so; name their network of IPv4` };
    const what = [...found].filter((category) => isNever || category !== "metadata").join(" and ");
    if (isNever) return { weight: "refuse", message: `${text} is ${what}, which no card can give` };
    return { weight: "refuse", message: `${text} is ${what}, which an internal card gives only where network.serviceNetworks names it as one's own` };
  }
  if (!found.has("public") || serviceNetworks.some((service) => isWithin(network, service))) return undefined;
  if (isWide(network)) return { weight: "refuse", message: `${text} is wider than any network of one owner; name the networks that the hosts are in` };
  if (named || isOwn(network)) return undefined;
  return { weight: "note", message: `${text} holds public addresses too, and an internal card gives none of those` };
}

/** An address of this host is given wherever it lies. */
function isOwn(network: Network): boolean {
  return [...ownAddresses()].some((text) => {
    const address = parseAddress(text);
    return address !== undefined && contains(network, address);
  });
}
