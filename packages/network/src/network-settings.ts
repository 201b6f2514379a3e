import type { PolicyNetwork } from "@postern/policy";
import { type Network, parseNetwork } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";

/** What the policy file says of the network, ready to be used. Throws with one sentence where it cannot be. */
export function networkSettings(written: PolicyNetwork | undefined): NetworkSettings {
  if (written === undefined) return {};
  const { resolvers, families, serviceNetworks, nat64Prefixes, aliases, ca } = written;
  const prefixes = nat64Prefixes.map((text) => readNetwork("nat64Prefixes", text));
  // Local NAT64 (RFC 8215): what is behind it is one network's own.
  const local = prefixes.find(({ text }) => text.startsWith("64:ff9b:1:"));
  if (local !== undefined) throw new Error(`network.nat64Prefixes: ${local.text} is for use within one network and is never reached`);
  return {
    serviceNetworks: serviceNetworks.map((text) => readNetwork("serviceNetworks", text)),
    nat64Prefixes: prefixes,
    aliases,
    ca,
    ...(resolvers !== undefined && { servers: resolvers }),
    ...(families !== undefined && { families }),
  };
}

function readNetwork(key: string, text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`network.${key}: ${text} is no network: bits are set behind its prefix`);
  return network;
}
