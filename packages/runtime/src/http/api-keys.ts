import { hash, timingSafeEqual } from "node:crypto";
import type { Policy } from "@postern/policy";

/**
 * The digest of a key, where the policy has it; undefined: it is nobody's. Guarantees that how long it takes tells nothing
 * of any key: every digest is compared, each in constant time. A key is 256 random bits, so that a plain digest keeps it.
 */
export function knownKey({ principals }: Policy, key: string): string | undefined {
  const digest = hash("sha256", key, "buffer");
  let found: string | undefined;
  for (const { apiKey } of principals) {
    if (apiKey !== undefined && timingSafeEqual(digest, Buffer.from(apiKey.sha256, "hex"))) found = apiKey.sha256;
  }
  return found;
}
