import type { CardRemark, PolicyNetwork } from "@postern/policy";
import { networkProblems } from "./network-problems.ts";

/** Every problem of what the file says of the network, at its place. */
export function networkRemarks(network: PolicyNetwork | undefined): readonly CardRemark[] {
  if (network === undefined) return [];
  return networkProblems(network).map(({ key, index, message }): CardRemark => ({ path: ["network", key, index], weight: "refuse", message }));
}
