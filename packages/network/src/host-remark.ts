import { domainToUnicode } from "node:url";
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
  const { text, form } = pattern;
  if (form === "any") return undefined;
  if (form === "address") return addressRemark(text, networks, settings);
  return (networks === undefined ? publicRemark(pattern) : internalRemark(pattern, networks, settings)) ?? spellingRemark(pattern);
}

function publicRemark({ text, form, value }: HostPattern): Remark | undefined {
  const isSpecial = nameCategory(form === "below" ? `x${value}` : value) !== "name";
  if (isSpecial) return { weight: "refuse", message: `${text} is a special name, which no public card can give; ${instead}` };
  // Nothing is ever registered there (RFC 6761 §6.4).
  if (/(?:^|\.)invalid$/.test(value)) return { weight: "note", message: `${text} is a name that no resolver answers for` };
  // Which domains are registries is in no list of ours; one without a dot nearly always is.
  const isWide = form === "below" && value.lastIndexOf(".") === 0;
  return isWide ? { weight: "note", message: `${text} gives every name below ${value.slice(1)}, whoever holds it` } : undefined;
}

const loopback = ["127.0.0.1", "::1"].flatMap((text) => parseAddress(text) ?? []);

function internalRemark({ text, value }: HostPattern, networks: readonly Network[], { families = [4, 6] }: NetworkSettings): Remark | undefined {
  if (!networks.some(({ family }) => families.includes(family))) {
    return {
      weight: "refuse",
      message: `${text} is asked for addresses of IPv${families.join()} alone (network.families), and none of the card's networks is`,
    };
  }
  // Another answer is no mistake of the card, but of the resolver (RFC 6761 §6.3).
  const isLocal = /(?:^|\.)localhost$|^ip6-(?:localhost|loopback)$/.test(value);
  const isGiven = !isLocal || loopback.some((address) => networks.some((network) => contains(network, address)));
  return isGiven ? undefined : { weight: "note", message: `${text} is a name of loopback, which is in none of the card's internal networks` };
}

/** The parser lets by what stands for no text, and most other programs do not. */
function spellingRemark({ text, value }: HostPattern): Remark | undefined {
  const isRead = !/(?:^|\.)xn--/.test(domainToUnicode(value.replace(/^\./, "")));
  return isRead ? undefined : { weight: "note", message: `${text} has a label that begins with xn-- and stands for nothing` };
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
