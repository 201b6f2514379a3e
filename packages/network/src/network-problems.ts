import { X509Certificate } from "node:crypto";
import type { PolicyNetwork } from "@postern/policy";
import type { AddressCategory } from "./address-blocks.ts";
import { type Address, classify, type Network, parseAddress, parseNetwork } from "./address.ts";
import { categoriesIn, isWide, neverOwn } from "./network-span.ts";

export interface NetworkProblem {
  readonly key: "resolvers" | "serviceNetworks" | "nat64Prefixes" | "ca";
  readonly index: number;
  readonly message: string;
}

const known = new WeakMap<PolicyNetwork, readonly NetworkProblem[]>();

/** What a policy file says of the network and cannot mean. Looked for once, whatever the number of cards. */
export function networkProblems(written: PolicyNetwork): readonly NetworkProblem[] {
  let problems = known.get(written);
  if (problems === undefined) known.set(written, (problems = [...problemsOf(written)]));
  return problems;
}

function* problemsOf(written: PolicyNetwork): Generator<NetworkProblem> {
  const judges: readonly [NetworkProblem["key"], (text: string) => string | undefined][] = [
    ["resolvers", resolverProblem],
    ["serviceNetworks", (text) => readProblem(text, serviceProblem)],
    ["nat64Prefixes", (text) => readProblem(text, prefixProblem)],
    ["ca", (pem) => (isCertificates(pem) ? undefined : "one of the certificates cannot be read")],
  ];
  for (const [key, problemIn] of judges) {
    for (const [index, text] of (written[key] ?? []).entries()) {
      const message = problemIn(text);
      if (message !== undefined) yield { key, index, message };
    }
  }
}

function readProblem(text: string, problemIn: (network: Network) => string | undefined): string | undefined {
  const network = parseNetwork(text);
  return network === undefined ? `${text} is no network: bits are set behind its prefix` : problemIn(network);
}

/** A list of one's own networks must not make the internet one's own, nor what is nobody's. */
function serviceProblem(network: Network): string | undefined {
  const found = categoriesIn(network);
  if (isWide(network) && found.has("public")) return `${network.text} is wider than any network of one owner: hosts of the public internet would be internal`;
  const strange = [...found].filter((category) => neverOwn.has(category));
  if (strange.length === found.size || strange.some((category) => nowhere.has(category))) {
    return `${network.text} is ${strange.join(" and ")}, and no network of services`;
  }
  return undefined;
}

const nowhere: ReadonlySet<AddressCategory> = new Set(["unspecified", "current-network", "multicast"]);

function prefixProblem(prefix: Network): string | undefined {
  // Local NAT64 (RFC 8215): what is behind it is one network's own.
  if (prefix.text.startsWith("64:ff9b:1:")) return `${prefix.text} is for use within one network and is never reached`;
  // What is mapped, compatible or loopback is never an own network's way to IPv4.
  const fits = prefix.text === "64:ff9b::/96" || ownable.has(classify(prefixBase(prefix)).category);
  return fits ? undefined : `${prefix.text} is no prefix that a network can have for this`;
}

const ownable: ReadonlySet<AddressCategory> = new Set(["public", "unique-local", "documentation"]);

function prefixBase({ family, parts, text }: Network): Address {
  return { family, parts, text: text.replace(/\/\d+$/, "") };
}

function resolverProblem(text: string): string | undefined {
  const [, bracketed, six, four, digits] = /^(?:\[([^\]]+)\]|([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*)|([^:]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = digits === undefined ? 53 : Number(digits);
  const address = parseAddress(bracketed ?? six ?? four ?? "");
  if (address === undefined || port < 1 || port > 65_535) return `${text} is no address with or without a port`;
  const { category } = classify(address);
  return nowhere.has(category) || category === "broadcast" ? `${text} is ${category}, and no address of a resolver` : undefined;
}

function isCertificates(pem: string): boolean {
  try {
    return pem.split(/(?<=-----END CERTIFICATE-----)/).every((part) => part.trim() === "" || new X509Certificate(part).subject !== "");
  } catch {
    return false;
  }
}
