const prefix = "whsec_";
/** Bytes of a key. Standard Webhooks ask for 24 to 64; what is far below can be guessed from one signature. */
const shortest = 16;

export type SigningKey = { readonly key: Buffer } | { readonly reason: string };

/** Whether a secret says by its form that it is a key for signatures and nothing else. */
export function isSigningSecret(secret: string): boolean {
  return secret.startsWith(prefix);
}

/**
 * The key that a secret stands for: of `whsec_` and base64 the bytes, of any other one its own. Guarantees that both sides
 * read the same bytes: base64 in its one spelling (RFC 4648 §3.5), with its padding. `reason` never holds any of it.
 *
 * Source: Standard Webhooks 1.0.
 */
export function readSigningKey(secret: string): SigningKey {
  const encoded = isSigningSecret(secret) ? secret.slice(prefix.length) : undefined;
  const key = encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, "base64");
  if (encoded !== undefined && key.toString("base64") !== encoded) return { reason: `what follows ${prefix} is not base64 with its padding` };
  return key.length < shortest ? { reason: `the key for signatures is shorter than ${shortest} bytes` } : { key };
}
