import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Policy, PolicyHttp, PolicyIssuer } from "@postern/policy";
import { reportInternal } from "../../report-internal.ts";
import { type TokenVerifier, unauthenticated } from "../authenticate.ts";
import type { Proven } from "../proven.ts";
import type { Refused } from "../refused.ts";
import { issuerProblem } from "./fetch-keys.ts";
import { claimsAccess, saysAccess } from "./is-for-access.ts";
import type { Keys } from "./issuer-keys.ts";
import { KeySets } from "./key-sets.ts";
import { peek } from "./peek.ts";
import { scopesOf } from "./scopes-of.ts";
import { ruleOf, type TokenRule } from "./token-rule.ts";

const mostCharacters = 8_192;
/** Seconds by which our clock and the issuer's may differ. */
const tolerance = 30;
const longestSubject = 255;

/**
 * Checks access tokens (RFC 9068, RFC 8725). Guarantees of a token that holds: one of the policy's issuers signed it, with
 * one of that issuer's keys as they come from the issuer itself, by an algorithm that the policy names for it; it was made
 * for our resource; it is an access token; its time has come and is not over; and it needs no further proof of who holds
 * it. Nothing that a token says of keys is used but the name of one. Each token is checked each time it comes.
 */
export function createTokenVerifier(sets: Pick<KeySets, "of"> = new KeySets()): TokenVerifier & {
  /** Why the issuers of a policy cannot be used; undefined: they can. Begins to fetch their keys. */
  problem(policy: Policy): string | undefined;
} {
  return {
    async verify(token, policy) {
      const { http } = policy;
      const verified = http === undefined ? "token-issuer" : await verify(token, http, policy, sets);
      return typeof verified === "string" ? refusal(verified, policy) : verified;
    },
    problem(policy) {
      const problem = issuersProblem(policy);
      if (problem !== undefined) return problem;
      for (const issuer of policy.http?.issuers ?? []) void sets.of(issuer, policy).current();
      return undefined;
    },
  };
}

/** Why the issuers of a policy cannot be used; undefined: they can, or there are none. Asks nobody for anything. */
export function issuersProblem({ http, network }: Policy): string | undefined {
  for (const issuer of http?.issuers ?? []) {
    const problem = issuerProblem(issuer, network);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function verify(token: string, http: PolicyHttp, policy: Policy, sets: Pick<KeySets, "of">): Promise<Proven | TokenRule> {
  if (token.length > mostCharacters) return "token-too-long";
  const peeked = peek(token);
  if (peeked === undefined) return "token-malformed";
  const { header, claims } = peeked;
  const issuer = http.issuers.find((each) => each.issuer === claims.iss);
  if (issuer === undefined) return "token-issuer";
  if (!issuer.algorithms.includes(header.alg)) return "token-algorithm";
  // Nothing that a token could call critical is understood here, so none of it may be passed over (RFC 7515, section 4.1.11).
  if (header.crit !== undefined) return "token-critical";
  if (!saysAccess(header.typ, issuer.tokenType)) return "token-type";

  const known = sets.of(issuer, policy);
  const keys = await known.current();
  if (keys === undefined) return "keys-unavailable";
  const checked = await check(token, keys, issuer, http);
  if (checked !== "no-such-key") return checked;
  const newer = await known.newerThan(keys);
  const again = newer === undefined ? "no-such-key" : await check(token, newer, issuer, http);
  return again === "no-such-key" ? "token-key" : again;
}

async function check(token: string, keys: Keys, issuer: PolicyIssuer, { resource }: PolicyHttp): Promise<Proven | TokenRule | "no-such-key"> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: resource,
      algorithms: [...issuer.algorithms],
      requiredClaims: ["exp"],
      clockTolerance: tolerance,
    });
    // JSON has numbers that are no end.
    if (!Number.isFinite(payload.exp)) return "token-malformed";
    const forAccess = saysAccess(protectedHeader.typ, "at+jwt") || claimsAccess(payload);
    return forAccess ? judge(payload, issuer) : "token-type";
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return "no-such-key";
    if (!(error instanceof errors.JOSEError)) reportInternal("token", error);
    return ruleOf(error);
  }
}

/** What a token whose signature, issuer, audience and end hold may still be refused for. */
function judge(claims: JWTPayload, { issuer }: PolicyIssuer): Proven | TokenRule {
  const { iat, sub } = claims;
  // Bound to a key or certificate of its holder (RFC 7800): without the proof of that, whoever found it could be sending it.
  if (claims["cnf"] !== undefined) return "token-bound";
  if (iat !== undefined && (typeof iat !== "number" || iat > Date.now() / 1000 + tolerance)) return "token-not-yet";
  if (sub !== undefined && (typeof sub !== "string" || sub === "" || sub.length > longestSubject)) return "token-claims";
  return { proof: "jwt", issuer, subject: sub, claims, scopes: scopesOf(claims) };
}

function refusal(rule: TokenRule, policy: Policy): Refused {
  if (rule === "keys-unavailable") {
    const away = unauthenticated(policy, rule, "Access tokens cannot be checked at the moment; try again later.");
    return { ...away, headers: { ...away.headers, "retry-after": "30" } };
  }
  const message = rule === "token-expired" ? "The access token has expired; get another one." : "The access token is not one for this server.";
  return unauthenticated(policy, rule, message, true);
}
