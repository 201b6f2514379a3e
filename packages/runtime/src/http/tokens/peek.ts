import { decodeJwt, decodeProtectedHeader, type JWTHeaderParameters, type JWTPayload } from "jose";

/** What a token claims, before anybody checked it: good for refusing it, and for choosing whose keys it is checked with. */
export interface Peeked {
  readonly header: JWTHeaderParameters;
  readonly claims: JWTPayload;
}

/** Undefined: it cannot be read. */
export function peek(token: string): Peeked | undefined {
  try {
    return { header: decodeProtectedHeader(token) as JWTHeaderParameters, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}
