import type { Policy, Principal } from "@postern/policy";
import { UsageError } from "./usage-error.ts";

/** The principal of this id as the guard knows it. Throws where the policy names none. */
export function principalIn(policy: Policy, id: string): Principal {
  const found = policy.principals.find((each) => each.id === id);
  if (found === undefined)
    throw new UsageError(`the policy names no principal ${JSON.stringify(id)}; it names ${policy.principals.map((each) => each.id).join(", ") || "none"}`);
  const proof = found.stdio === true ? "stdio" : found.apiKey === undefined ? "jwt" : "apiKey";
  return { id: found.id, tenant: found.tenant, proof };
}

/** The principal that a server started from a command line would serve: the one that was asked for, else the only local one. */
export function callerIn(policy: Policy, asked: string | undefined): Principal {
  if (asked !== undefined) return principalIn(policy, asked);
  const local = policy.principals.filter((each) => each.stdio === true);
  const [only] = local;
  if (only === undefined || local.length > 1) {
    throw new UsageError(`say --principal: the policy names ${local.length === 0 ? "no" : "several"} local principal${local.length > 1 ? "s" : ""}`);
  }
  return principalIn(policy, only.id);
}
