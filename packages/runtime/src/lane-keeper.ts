import type { Vault } from "@postern/credentials";
import type { Policy, PolicyPlace } from "@postern/policy";
import type { Lanes } from "./lanes.ts";
import { cleanForOperator } from "./tell-operator.ts";

/** Opens the lanes of one policy after another, for one server. */
export type LaneKeeper = (policy: Policy, server: string, place: PolicyPlace) => Promise<Lanes | undefined>;

/**
 * What of secrets outlives a policy in this process. The code for them is loaded with the first policy that has a card
 * with a credential, so that a server without any pays nothing; once there is one, what it was stays known.
 */
export function createLaneKeeper(environment: NodeJS.ProcessEnv): LaneKeeper {
  let vault: Vault | undefined;
  return async (policy, server, place) => {
    const needed = policy.routes.some((card) => card.server === server && card.credential !== undefined);
    if (vault === undefined && !needed) return undefined;
    const [{ Vault: Made }, { openLanes }] = await Promise.all([import("@postern/credentials"), import("./open-lanes.ts")]);
    if (vault === undefined) {
      const made = new Made(environment);
      vault = made;
      cleanForOperator((text) => made.scrubber.text(text).text);
    }
    return openLanes(policy, server, place, vault);
  };
}
