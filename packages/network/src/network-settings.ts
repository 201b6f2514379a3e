import { X509Certificate } from "node:crypto";
import type { PolicyNetwork } from "@postern/policy";
import type { AddressCategory } from "./address-blocks.ts";
import { type Address, classify, type Network, parseAddress, parseNetwork } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";

/** What the policy file says of the network, ready to be used. Throws with one sentence where it cannot be. */
export function networkSettings(written: PolicyNetwork | undefined): NetworkSettings {
  if (written === undefined) return {};
  const { resolvers, families, serviceNetworks, nat64Prefixes, aliases, ca } = written;
  const prefixes = nat64Prefixes.map((text) => readNetwork("nat64Prefixes", text));
  // Local NAT64 (RFC 8215): what is behind it is one network's own.
  const local = prefixes.find(({ text }) => text.startsWith("64:ff9b:1:"));
  if (local !== undefined) throw new Error(`network.nat64Prefixes: ${local.text} is for use within one network and is never reached`);
  // What is mapped, compatible or loopback is never an own network's way to IPv4.
  const strange = prefixes.find((prefix) => prefix.text !== "64:ff9b::/96" && !ownable.has(classify(prefixBase(prefix)).category));
  if (strange !== undefined) throw new Error(`network.nat64Prefixes: ${strange.text} is no prefix that a network can have for this`);
  const unreadable = (resolvers ?? []).find((text) => !isResolver(text));
  if (unreadable !== undefined) throw new Error(`network.resolvers: ${unreadable} is no address with or without a port`);
  if (!ca.every(isCertificates)) throw new Error("network.ca: one of the certificates cannot be read");
  return {
    serviceNetworks: serviceNetworks.map((text) => readNetwork("serviceNetworks", text)),
    nat64Prefixes: prefixes,
    aliases,
    ca,
    ...(resolvers !== undefined && { servers: resolvers }),
    ...(families !== undefined && { families }),
  };
}

const ownable: ReadonlySet<AddressCategory> = new Set(["public", "unique-local", "documentation"]);

function prefixBase({ family, parts, text }: Network): Address {
  return { family, parts, text: text.replace(/\/\d+$/, "") };
}

function isResolver(text: string): boolean {
  const [, bracketed, six, four, digits] = /^(?:\[([^\]]+)\]|([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*)|([^:]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = digits === undefined ? 53 : Number(digits);
  return parseAddress(bracketed ?? six ?? four ?? "") !== undefined && port >= 1 && port <= 65_535;
}

function isCertificates(pem: string): boolean {
  try {
    return pem.split(/(?<=-----END CERTIFICATE-----)/).every((part) => part.trim() === "" || new X509Certificate(part).subject !== "");
  } catch {
    return false;
  }
}

function readNetwork(key: string, text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`network.${key}: ${text} is no network: bits are set behind its prefix`);
  return network;
}
