import type { JWK } from "jose";

/** What a public key consists of, by its type. Whatever else an issuer says of a key is left behind: certificates, URLs, private parts. */
const parts: Readonly<Record<string, readonly string[]>> = { RSA: ["n", "e"], EC: ["crv", "x", "y"], OKP: ["crv", "x"] };
const about = new Set(["kty", "kid", "alg", "use", "key_ops"]);
const mostKeys = 100;
/** Bytes of the modulus of an RSA key: 2048 bits. */
const leastModulus = 256;

/**
 * Reads a key set (RFC 7517). Left out are keys that no signature of ours can be checked with: symmetric, private (whoever
 * publishes one has lost it), too short, of an exponent that makes every signature a good one. Undefined: it is no key set. An empty one is a set: its issuer trusts no key any more.
 */
export function readKeySet(document: Readonly<Record<string, unknown>>): readonly JWK[] | undefined {
  const { keys } = document;
  if (!Array.isArray(keys) || keys.length > mostKeys) return undefined;
  return keys.flatMap((key: unknown) => publicKey(key) ?? []);
}

function publicKey(key: unknown): JWK | undefined {
  if (typeof key !== "object" || key === null) return undefined;
  const given = key as Readonly<Record<string, unknown>>;
  const { kty, n, e, kid } = given;
  const needed = typeof kty === "string" && Object.hasOwn(parts, kty) ? parts[kty] : undefined;
  if (needed === undefined || "d" in given || !needed.every((part) => typeof given[part] === "string")) return undefined;
  if (kid !== undefined && typeof kid !== "string") return undefined;
  if (kty === "RSA" && (Buffer.from(String(n), "base64url").length < leastModulus || isWeak(Buffer.from(String(e), "base64url")))) return undefined;
  return Object.fromEntries(Object.entries(given).filter(([name]) => about.has(name) || needed.includes(name)));
}

/** Even, or 1: with that one whoever knows the public key signs (NIST FIPS 186-5 §A.1.1 asks for an odd one above 2^16). */
function isWeak(exponent: Buffer): boolean {
  return ((exponent.at(-1) ?? 0) & 1) === 0 || exponent.every((byte, index) => byte === (index === exponent.length - 1 ? 1 : 0));
}
