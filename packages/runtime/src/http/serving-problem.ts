import type { Policy } from "@postern/policy";
import type { Bind } from "./bind.ts";

/** Why this policy cannot be served at this address; undefined: it can. */
export function servingProblem({ principals, http }: Policy, bind: Bind): string | undefined {
  if (!principals.some(({ apiKey, jwt }) => apiKey !== undefined || jwt !== undefined)) {
    return "--http needs a policy with principals that can authenticate (apiKey or jwt); nobody could call";
  }
  if (bind.loopback) return undefined;
  if (http === undefined || http.allowedHosts.length === 0)
    return `${bind.host} can be reached from elsewhere: http.allowedHosts has to name the hosts that this server is called by`;
  return `${bind.host} can be reached from elsewhere, and keys and tokens would go there in the clear`;
}
