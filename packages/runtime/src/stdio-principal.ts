import type { Policy, Principal } from "@postern/policy";

export interface StdioCaller {
  /** Absent: nobody. The server then lists no tools and denies every call. */
  readonly principal: Principal | undefined;
  /** What records say where there is none. */
  readonly claimed: string;
  /** Why there is none, for the operator. */
  readonly problem?: string;
}

/** Who the local user of a stdio process is. Resolved once: nothing that the client sends can change it. */
export function stdioPrincipal(policy: Policy, wanted: string | undefined): StdioCaller {
  const local = policy.principals.filter((principal) => principal.stdio === true);
  if (wanted !== undefined) {
    const found = local.find((principal) => principal.id === wanted);
    if (found !== undefined) return caller(found);
    return { principal: undefined, claimed: wanted, problem: `the policy has no stdio principal ${JSON.stringify(wanted)}` };
  }
  const [only, another] = local;
  if (only === undefined) return { principal: undefined, claimed: "local", problem: "the policy has no stdio principal (stdio: true)" };
  if (another !== undefined) {
    return { principal: undefined, claimed: "local", problem: "the policy has several stdio principals; name one with --principal" };
  }
  return caller(only);
}

function caller({ id, tenant }: { readonly id: string; readonly tenant: string }): StdioCaller {
  return { principal: { id, tenant, proof: "stdio" }, claimed: id };
}
