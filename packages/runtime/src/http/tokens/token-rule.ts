import { errors } from "jose";

/** Why a token does not hold, for the record. The caller is told no more than whether it expired. */
export type TokenRule =
  | "token-algorithm"
  | "token-audience"
  | "token-bound"
  | "token-claims"
  | "token-critical"
  | "token-expired"
  | "token-issuer"
  | "token-key"
  | "token-malformed"
  | "token-not-yet"
  | "token-signature"
  | "token-too-long"
  | "token-type"
  | "keys-unavailable";

const byClaim: Readonly<Record<string, TokenRule>> = { aud: "token-audience", iss: "token-issuer", nbf: "token-not-yet", typ: "token-type" };

/** The rule that an error of the library stands for. Whatever is not known stands for a key that cannot be used. */
export function ruleOf(error: unknown): TokenRule {
  if (error instanceof errors.JWTExpired) return "token-expired";
  if (error instanceof errors.JWTClaimValidationFailed) return byClaim[error.claim] ?? "token-claims";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "token-signature";
  if (error instanceof errors.JOSEAlgNotAllowed) return "token-algorithm";
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid || error instanceof errors.JOSENotSupported) return "token-malformed";
  return "token-key";
}
