import type { Policy, PolicyPrincipal, Principal } from "@postern/policy";
import type { Caller } from "../session.ts";

/** What a request proved of its sender. The proof itself, key or token, is not kept. */
export type Proven =
  | {
      readonly proof: "apiKey";
      /** Of the key, as the policy has it. */
      readonly sha256: string;
    }
  | {
      readonly proof: "jwt";
      readonly issuer: string;
      readonly subject: string | undefined;
      readonly claims: Readonly<Record<string, unknown>>;
      readonly scopes: readonly string[];
    };

const longest = 128;

/**
 * Who that is under a policy. Nobody where no principal fits, and nobody where several do: it is no matter of order who
 * is calling. What records then say begins with a bracket, which no principal's id does.
 */
export function callerOf(policy: Policy, proven: Proven): Caller {
  const [only, another] = policy.principals.filter((principal) => fits(principal, proven));
  if (only !== undefined && another === undefined) {
    const scopes = proven.proof === "jwt" ? { scopes: proven.scopes } : {};
    return { principal: { id: only.id, tenant: only.tenant, proof: proven.proof } satisfies Principal, claimed: only.id, ...scopes };
  }
  const claimed = proven.proof === "apiKey" ? `key ${proven.sha256.slice(0, 16)}` : `${proven.subject ?? "no subject"} of ${proven.issuer}`;
  return { principal: undefined, claimed: `(${claimed.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, longest - 2)})` };
}

function fits({ apiKey, jwt }: PolicyPrincipal, proven: Proven): boolean {
  if (proven.proof === "apiKey") return apiKey?.sha256 === proven.sha256;
  if (jwt === undefined || jwt.issuer !== proven.issuer) return false;
  if (jwt.subject !== undefined && jwt.subject !== proven.subject) return false;
  return Object.entries(jwt.claims ?? {}).every(([name, value]) => Object.hasOwn(proven.claims, name) && proven.claims[name] === value);
}
