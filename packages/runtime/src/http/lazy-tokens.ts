import type { Policy } from "@postern/policy";
import type { TokenVerifier } from "./authenticate.ts";
import type { createTokenVerifier } from "./tokens/verify-token.ts";

export interface LazyTokens extends TokenVerifier {
  /** Why the issuers of a policy cannot be used; undefined: they can, or there are none. */
  problem(policy: Policy): Promise<string | undefined>;
}

/** Checks access tokens with code that is loaded with the first policy that has an issuer: the network's is among it. */
export function createLazyTokens(): LazyTokens {
  let loading: Promise<ReturnType<typeof createTokenVerifier>> | undefined;
  const loaded = (): NonNullable<typeof loading> => (loading ??= import("./tokens/verify-token.ts").then((verifier) => verifier.createTokenVerifier()));
  return {
    verify: async (token, policy) => (await loaded()).verify(token, policy),
    problem: async (policy) => ((policy.http?.issuers ?? []).length === 0 ? undefined : (await loaded()).problem(policy)),
  };
}
