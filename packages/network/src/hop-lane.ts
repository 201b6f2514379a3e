import type { CardLane } from "@postern/policy";
import type { GatedUrl } from "./url-gate.ts";
import type { UrlScope } from "./url-scope.ts";

/**
 * The credential that goes along to one hop. Over a connection that anybody on the way can read, a secret goes only where
 * the operator named the network.
 */
export function hopLane({ host, secure }: Pick<GatedUrl, "host" | "secure">, { lane, internal }: Pick<UrlScope, "lane" | "internal">): CardLane | undefined {
  return lane !== undefined && (secure || internal !== undefined) && lane.reaches(host) ? lane : undefined;
}
