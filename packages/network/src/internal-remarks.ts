import type { CardRemark } from "@postern/policy";
import { classify, contains, type Network, ownAddresses, parseAddress, parseNetwork } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";
import { categoriesIn, isWide, meets, neverOwn } from "./network-span.ts";
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

function judge(network: Network, { serviceNetworks = [], nat64Prefixes = [], own }: NetworkSettings): Judged | undefined {
  const { text } = network;
  const found = categoriesIn(network);
  if (found.has("public") && isWide(network)) {
    return { weight: "refuse", message: `${text} is wider than any network of one owner; name the networks that the hosts are in` };
  }
  const ownable = [...found].filter((category) => !neverOwn.has(category));
  const carries = [...found].every((category) => category === "translated");
  // What carries IPv4 is what it carries, and no list of networks says otherwise.
  const named = nat64Prefixes.some((prefix) => meets(prefix, network)) || (ownable.length > 0 && serviceNetworks.some((service) => meets(service, network)));
  const isInternal = ownable.some((category) => internalCategories.has(category));
  if (named || (isInternal && !found.has("public")) || isOwn(network, own ?? ownAddresses())) return undefined;
  if (isInternal) return { weight: "note", message: `${text} holds public addresses too, and an internal card gives none of those` };
  if (carries) return { weight: "refuse", message: `${text} ${carrying}` };
  const why = ownable.length === 0 ? `${[...found].join(" and ")}, ${never}` : `${ownable.join(" and ")}, ${onlyNamed}`;
  return { weight: "refuse", message: `${text} is ${why}` };
}

const never = "which no card can give";
const onlyNamed = "which an internal card gives only where network.serviceNetworks names it as one's own";
const carrying = "carries IPv4 addresses (translated), which no card can give so; name their network of IPv4";

/** An address of this host is given wherever it lies, but no URL leads to a link-local one: it would need a zone. */
function isOwn(network: Network, addresses: ReadonlySet<string>): boolean {
  return [...addresses].some((text) => {
    const address = parseAddress(text);
    return address !== undefined && contains(network, address) && classify(address).category !== "link-local";
  });
}
