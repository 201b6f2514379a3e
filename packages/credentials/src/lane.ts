import type { PolicyCredential } from "@postern/policy";
import { readSource, type Found } from "./source.ts";

/** A credential of one tenant, bound to the hosts that it may be sent to. */
export interface Lane {
  readonly name: string;
  readonly tenant: string;
  readonly present: { readonly header: string; readonly scheme?: string };
  readonly hosts: readonly string[];
  /** The secret, or why there is none. Read once, when the lane is opened. */
  readonly credential: Found;
  /** Exact host names only, compared as DNS does (without case). No list, no host. */
  mayBeSentTo(host: string): boolean;
}

/** Opens one lane of the policy. The environment variable that holds its secret is removed from `environment`. */
export function openLane(declared: PolicyCredential, environment: NodeJS.ProcessEnv): Lane {
  const hosts = new Set(declared.hosts.map((host) => host.toLowerCase()));
  return {
    name: declared.name,
    tenant: declared.tenant,
    present: declared.present,
    hosts: declared.hosts,
    credential: readSource(declared.source, environment),
    mayBeSentTo: (host) => hosts.has(host.toLowerCase()),
  };
}
