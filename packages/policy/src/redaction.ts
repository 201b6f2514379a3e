/** What is taken out of an answer before it leaves: everything that looks like a secret, or nothing. */
export type RedactionRule = "secrets" | "none";

/** How often one kind of secret was taken out of an answer. The secret itself is nowhere. */
export interface Redaction {
  readonly kind: string;
  readonly count: number;
}

/**
 * The text that stands where a secret stood: `[redacted:github-token]`. Throws on a kind that is no plain name, since
 * a mask must never carry text out of the file that it protects.
 */
export function maskFor(kind: string): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(kind)) throw new RangeError("a redaction kind is lower-case words joined by dashes");
  return `[redacted:${kind}]`;
}
