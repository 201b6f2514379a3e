import type { Policy } from "@postern/policy";
import type { Bind } from "./bind.ts";

/** Why this policy cannot be served at this address; undefined: it can. */
export function servingProblem({ principals, http }: Policy, bind: Bind): string | undefined {
  if (!principals.some(({ apiKey, jwt }) => apiKey !== undefined || jwt !== undefined)) {
    return "--http needs a policy with principals that can authenticate (apiKey or jwt); nobody could call";
  }
  if (http === undefined && !principals.some(({ apiKey }) => apiKey !== undefined)) {
    return "principals with jwt are proven by tokens of http.issuers, and there are none; nobody could call";
  }
  if (bind.loopback) return undefined;
  const reachable = `${bind.host} can be reached from elsewhere`;
  if (http === undefined || http.allowedHosts.length === 0) return `${reachable}: http.allowedHosts has to name the hosts that this server is called by`;
  if (http.tls === undefined && http.proxies.length === 0) {
    return `${reachable}, and keys and tokens would come in the clear: the policy has to name a certificate (http.tls) or the proxies that end TLS (http.proxies)`;
  }
  return undefined;
}
