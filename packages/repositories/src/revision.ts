/** What a caller calls a state of a repository. */
export type Revision =
  | { readonly form: "branch" | "tag" | "name"; readonly name: string }
  | { readonly form: "sha"; readonly sha: string }
  /** `refs/pull/N/head` or `merge`: what somebody outside proposed. */
  | { readonly form: "pull"; readonly number: number; readonly side: "head" | "merge" };

const longest = 255;

/**
 * Reads a revision: a branch, a tag, a name that may be either, a whole SHA-1, or the ref of a pull request. Guarantees that a name is
 * one that git accepts (git-check-ref-format), is no expression over revisions (`HEAD~1`, `@{1}`, `a..b`), no flag, and does
 * not look like a SHA, whole or cut, which a host would take for one. `rule` says why a text is none.
 */
export function readRevision(text: string): Revision | { readonly rule: string } {
  if (/^[0-9a-f]{40}$/i.test(text)) return { form: "sha", sha: text.toLowerCase() };
  const pull = /^(?:refs\/)?pull\/([1-9]\d{0,9})\/(head|merge)$/.exec(text);
  if (pull !== null) return { form: "pull", number: Number(pull[1]), side: pull[2] === "head" ? "head" : "merge" };
  const [, kind, rest] = /^refs\/(heads|tags)\/(.+)$/.exec(text) ?? /^(heads|tags)\/(.+)$/.exec(text) ?? [undefined, undefined, text];
  if (kind === undefined && text.startsWith("refs/")) return { rule: "ref-namespace" };
  const rule = refProblem(rest ?? "");
  if (rule !== undefined) return { rule };
  return { form: kind === "heads" ? "branch" : kind === "tags" ? "tag" : "name", name: rest ?? "" };
}

/** Why a text is no name of a branch or a tag; undefined: it is one. */
export function refProblem(name: string): string | undefined {
  if (name === "" || Buffer.byteLength(name) > longest) return "ref-length";
  // Printable ASCII only: two names that look alike are one to a reader.
  if (!/^[\x21-\x7e]+$/.test(name)) return "ref-character";
  if (/[~^:?*[\\\]%#]/.test(name) || name.includes("..") || name.includes("@{") || name === "@") return "ref-expression";
  if (name.startsWith("-")) return "ref-flag";
  const segments = name.split("/");
  if (segments.some((segment) => segment === "" || segment.startsWith(".") || segment.endsWith(".") || segment.endsWith(".lock"))) return "ref-segment";
  if (/^[0-9a-f]{7,64}$/i.test(name)) return "ref-like-sha";
  return /^(?:HEAD|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|refs)$/i.test(segments[0] ?? "") ? "ref-reserved" : undefined;
}

/** How a revision is asked for: by its whole name, which no other ref shares, where it is known which one is meant. */
export function fullRefOf(revision: Revision): string {
  if (revision.form === "sha") return revision.sha;
  if (revision.form === "pull") return `refs/pull/${revision.number}/${revision.side}`;
  if (revision.form === "name") return revision.name;
  return `refs/${revision.form === "branch" ? "heads" : "tags"}/${revision.name}`;
}
