import type { JWTPayload } from "jose";
import type { PolicyIssuer } from "@postern/policy";

/** Claims of ID tokens and logout tokens (OpenID Connect Core, sections 2 and 3.3.2.11; Back-Channel Logout) that access tokens have no use for. */
const ofOthers = ["nonce", "at_hash", "c_hash", "s_hash", "events"];

/** Whether the header says that a token is one for access: RFC 9068, section 2.1. */
export function saysAccess(typ: unknown, tokenType: PolicyIssuer["tokenType"]): boolean {
  const said = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : typ;
  return said === "at+jwt" || (tokenType === "jwt" && (said === undefined || said === "jwt"));
}

/**
 * Whether the claims are those of an access token, where the header alone does not say it. A token of an issuer for
 * another purpose must not open anything (RFC 8725, section 3.12), and an ID token is in the hands of every client that a
 * user logged in to. So one is wanted that claims what only access tokens do, and nothing that only others do.
 */
export function claimsAccess(claims: JWTPayload): boolean {
  if (ofOthers.some((name) => claims[name] !== undefined)) return false;
  // Keycloak's and Cognito's own words for it.
  const { typ, token_use: use } = claims;
  if (typ !== undefined && typ !== "Bearer") return false;
  if (use !== undefined && use !== "access") return false;
  return ["scope", "scp", "client_id"].some((name) => claims[name] !== undefined) || typ === "Bearer" || use === "access";
}
