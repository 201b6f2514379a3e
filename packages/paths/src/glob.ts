import picomatch from "picomatch";
import { fold, foldCase, foldPath } from "./fold.ts";

export interface GlobMatch {
  /** Position of the pattern in the card's list. */
  readonly index: number;
}

/** Longest pattern and most stars in one of its segments: more costs exponential time on the wrong name. */
const longest = 512;
const mostStars = 4;
const special = /[*?[\]{}()\\!+@]/;

/**
 * Why a card's `deny` pattern cannot be used; undefined: it can. Patterns deny below one root: `/` separates, a leading
 * `/` anchors, a pattern without `/` matches a name at any depth, a match on a directory denies all below it. `*` and
 * `**` match hidden names too; case and Unicode form are ignored; there is no negation and no extglob.
 */
export function checkGlob(pattern: string): string | undefined {
  if (bare(pattern) === "") return "the pattern is empty";
  if (pattern.length > longest) return `the pattern is longer than ${longest} characters`;
  if (pattern.startsWith("!")) return "a pattern that starts with ! is not a negation here; write [!]… for a name that starts with it";
  if (pattern.includes("\0") || !pattern.isWellFormed()) return "the pattern is not well-formed text";
  for (const segment of pattern.split("/")) {
    if (segment === "." || segment === "..") return "a pattern names entries below the root, without . and ..";
    if ((segment.match(/\*/g)?.length ?? 0) > mostStars) return `more than ${mostStars} * in one part of the pattern`;
  }
  if ((pattern.match(/\{/g)?.length ?? 0) > 2) return "more than 2 brace groups in the pattern";
  return undefined;
}

/**
 * Compiles a card's patterns. The returned function takes the folded name and the path below the root as it is. Names
 * and extensions are looked up in tables, so that only true patterns cost a regular expression each.
 */
export function compileGlobs(patterns: readonly string[]): ((folded: string, relative: string) => GlobMatch | undefined) | undefined {
  if (patterns.length === 0) return undefined;
  const names = new Map<string, GlobMatch>();
  const extensions = new Map<string, GlobMatch>();
  const anywhere: { readonly matches: (text: string) => boolean; readonly index: number }[] = [];
  const anchored: typeof anywhere = [];
  for (const [index, pattern] of patterns.entries()) {
    const why = checkGlob(pattern);
    if (why !== undefined) throw new Error(`deny[${index}] ${JSON.stringify(pattern)}: ${why}`);
    // Half of the usual rules start with **/: they are about names.
    const floating = pattern.startsWith("**/") ? bare(pattern.slice(3)) : pattern.startsWith("/") ? `/${bare(pattern)}` : bare(pattern);
    const text = floating.startsWith("/") ? floating.slice(1) : floating;
    const anchor = floating.startsWith("/") || text.includes("/");
    const literal = !special.test(text);
    const match = { index };
    if (!anchor && literal) keep(names, fold(text), match);
    else if (!anchor && /^\*\.[^*?[\]{}()\\!+@./]+$/.test(text)) keep(extensions, fold(text.slice(2)), match);
    else {
      const full = anchor && pattern.startsWith("**/") ? `**/${text}` : text;
      (anchor ? anchored : anywhere).push({ matches: compile(full), index });
    }
  }
  return (folded, relative) => {
    const exact = names.get(folded);
    if (exact !== undefined) return exact;
    const dot = folded.lastIndexOf(".");
    if (dot >= 0 && extensions.size > 0) {
      const byExtension = extensions.get(folded.slice(dot + 1));
      if (byExtension !== undefined) return byExtension;
    }
    for (const glob of anywhere) if (glob.matches(folded)) return glob;
    if (anchored.length === 0) return undefined;
    const path = foldPath(relative);
    for (const glob of anchored) if (glob.matches(path)) return glob;
    return undefined;
  };
}

function compile(text: string): (path: string) => boolean {
  const folded = text
    .split("/")
    .map((segment) => (special.test(segment) ? foldCase(segment) : fold(segment)))
    .join("/");
  return picomatch(folded, { dot: true, nocase: true, nonegate: true, noextglob: true });
}

/** Without the slashes around it. */
function bare(pattern: string): string {
  return pattern.replace(/^\/+/, "").replace(/\/+$/, "");
}

function keep(table: Map<string, GlobMatch>, key: string, match: GlobMatch): void {
  if (!table.has(key)) table.set(key, match);
}
