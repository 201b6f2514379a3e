import type { Policy, PolicyIssuer } from "@postern/policy";
import { tellOperator } from "../../tell-operator.ts";
import { fetchKeys } from "./fetch-keys.ts";
import { IssuerKeys } from "./issuer-keys.ts";

/**
 * The keys of all issuers of one process. They outlast a reload, unless it says something else of where they come from:
 * what was fetched under another policy's network is not taken over.
 */
export class KeySets {
  #known = new Map<string, IssuerKeys>();
  #policy: Policy | undefined;

  of(issuer: PolicyIssuer, policy: Policy): IssuerKeys {
    if (this.#policy !== policy) this.#keepOnly(policy);
    const name = nameOf(issuer, policy);
    let keys = this.#known.get(name);
    if (keys === undefined) {
      const tell = (reason: string): void => tellOperator(`postern: the keys of the issuer ${issuer.issuer} could not be fetched (${reason})\n`);
      keys = new IssuerKeys({ fetch: () => fetchKeys(issuer, policy.network), tell, now: Date.now });
      this.#known.set(name, keys);
    }
    return keys;
  }

  #keepOnly(policy: Policy): void {
    const names = new Set(policy.http?.issuers.map((issuer) => nameOf(issuer, policy)));
    this.#known = new Map([...this.#known].filter(([name]) => names.has(name)));
    this.#policy = policy;
  }
}

function nameOf({ issuer, jwks, internal }: PolicyIssuer, { network }: Policy): string {
  return JSON.stringify([issuer, jwks, internal, network]);
}
