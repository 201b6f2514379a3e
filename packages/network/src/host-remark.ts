import type { CardRemark } from "@postern/policy";
import { classify, contains, type Network, parseAddress } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";
import { nameCategory } from "./host-name.ts";
import type { HostPattern } from "./host-pattern.ts";
import { neverOwn } from "./network-span.ts";

type Remark = Pick<CardRemark, "weight" | "message">;

const instead = "make it an internal card (internal: { networks, ports })";

/** What a host of a card says that this card can never give, or that is wider than it looks. */
export function hostRemark(pattern: HostPattern, networks: readonly Network[] | undefined, settings: NetworkSettings): Remark | undefined {
  const { text, form, value } = pattern;
  if (form === "any") return undefined;
  if (form === "address") return addressRemark(text, networks, settings);
  if (networks !== undefined) return undefined;
  const isSpecial = nameCategory(form === "below" ? `x${value}` : value) !== "name";
  if (isSpecial) return { weight: "refuse", message: `${text} is a special name, which no public card can give; ${instead}` };
  // Which domains are registries is in no list of ours; one without a dot nearly always is.
  const isWide = form === "below" && value.lastIndexOf(".") === 0;
  return isWide ? { weight: "note", message: `${text} gives every name below ${value.slice(1)}, whoever holds it` } : undefined;
}

function addressRemark(text: string, networks: readonly Network[] | undefined, settings: NetworkSettings): Remark | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const { category } = classify(address, settings);
  if (category === "metadata") return { weight: "refuse", message: `${text} is metadata, which no card can give` };
  if (networks !== undefined) {
    const isGiven = networks.some((network) => contains(network, address));
    return isGiven ? undefined : { weight: "refuse", message: `${text} lies in none of the card's internal networks` };
  }
  if (category === "public") return undefined;
  const why = neverOwn.has(category) ? "which no card can give" : `which no public card can give; ${instead}`;
  return { weight: "refuse", message: `${text} is ${category}, ${why}` };
}
