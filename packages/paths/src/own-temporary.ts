/**
 * Names that only writers of ours make, for the moment of one call: `.postern.….tmp` for content that is not in place yet,
 * `.postern.….lock` for an entry that is being changed. No list shows them and no card gives them.
 */
const prefix = ".postern.";
const suffixes = [".tmp", ".lock"] as const;

export type TemporaryKind = "tmp" | "lock";

export function temporaryName(middle: string, kind: TemporaryKind): string {
  return `${prefix}${middle}.${kind}`;
}

/** Asked for every entry of a listing, so the common name is done with at its first letter. */
export function isTemporary(name: string): boolean {
  return name.startsWith(prefix) && suffixes.some((suffix) => name.endsWith(suffix));
}

/** What `temporaryName` was given; undefined: the name is none of ours. */
export function temporaryMiddle(name: string, kind: TemporaryKind): string | undefined {
  const suffix = `.${kind}`;
  return name.startsWith(prefix) && name.endsWith(suffix) ? name.slice(prefix.length, -suffix.length) : undefined;
}
