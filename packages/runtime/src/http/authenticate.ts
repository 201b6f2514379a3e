import type { Policy } from "@postern/policy";
import { knownKey } from "./api-keys.ts";
import { challenge } from "./challenge.ts";
import type { Proven } from "./proven.ts";
import { refused, type Refused } from "./refused.ts";

/** Checks access tokens of the policy's issuers. */
export interface TokenVerifier {
  /** Refused: the token is not valid for us. */
  verify(token: string, policy: Policy): Promise<Proven | Refused>;
}

/**
 * Takes the proof of identity out of the header Authorization; there is no other place for one. Nothing of a proof that did
 * not hold is told, kept or passed on.
 */
export async function authenticate(authorization: string | undefined, policy: Policy, tokens: TokenVerifier | undefined): Promise<Proven | Refused> {
  if (authorization === undefined)
    return unauthenticated(policy, "no-proof", "This server is for callers who prove who they are; no proof came with the request.");
  const [, token] = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return unauthenticated(policy, "scheme", "The header Authorization takes a Bearer token or key.", true);
  const sha256 = knownKey(policy, token);
  if (sha256 !== undefined) return { proof: "apiKey", sha256 };
  const issuers = policy.http?.issuers ?? [];
  if (tokens === undefined || issuers.length === 0 || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token))
    return unauthenticated(policy, "key", "The key is not known here.", true);
  return tokens.verify(token, policy);
}

/** 401, as RFC 6750 has it: the error is told only to those who brought a proof. */
export function unauthenticated({ http }: Policy, rule: string, message: string, brought = false): Refused {
  return refused(401, "principal.unauthenticated", rule, message, { headers: challenge(http, brought ? "invalid_token" : undefined) });
}
