import type { JWTPayload } from "jose";

/** The scopes of an access token: `scope` (RFC 8693, RFC 9068), and `scp`, as other issuers call it, as a text or a list. */
export function scopesOf({ scope, scp }: JWTPayload): readonly string[] {
  const said = [scope, scp].flat().filter((each) => typeof each === "string");
  return [...new Set(said.flatMap((each) => each.split(" ")).filter((each) => each !== ""))];
}
