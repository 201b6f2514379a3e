import type { PolicyNetwork } from "@postern/policy";
import { parseNetwork } from "./address.ts";
import type { NetworkSettings } from "./decide-hop.ts";
import { networkProblems } from "./network-problems.ts";

/** What the policy file says of the network, ready to be used. Throws with one sentence where it cannot be. */
export function networkSettings(written: PolicyNetwork | undefined): NetworkSettings {
  if (written === undefined) return {};
  const [problem] = networkProblems(written);
  if (problem !== undefined) throw new Error(`network.${problem.key}: ${problem.message}`);
  const { resolvers, families, serviceNetworks, nat64Prefixes, aliases, ca } = written;
  return {
    serviceNetworks: serviceNetworks.flatMap((text) => parseNetwork(text) ?? []),
    nat64Prefixes: nat64Prefixes.flatMap((text) => parseNetwork(text) ?? []),
    aliases,
    ca,
    ...(resolvers !== undefined && { servers: resolvers }),
    ...(families !== undefined && { families }),
  };
}
