import { expandBraces } from "./brace-expansion.ts";
import { fold, foldCase, foldPath } from "./fold.ts";
import { pathSource, union, type PathSource } from "./name-pattern.ts";

export interface GlobMatch {
  /** Position of the pattern in the card's list. */
  readonly index: number;
}

const longest = 512;
const special = /[*?[\]{}\\]/;

/**
 * Why a card's `deny` pattern cannot be used; undefined: it can. Patterns deny below one root: `/` separates, a leading
 * `/` anchors, a pattern without `/` matches a name at any depth, a match on a directory denies all below it. `*` and
 * `**` match hidden names too, `x/**` matches `x` itself; case and Unicode form are ignored; there is no negation.
 */
export function checkGlob(pattern: string): string | undefined {
  const parsed = parse(pattern);
  return typeof parsed === "string" ? parsed : undefined;
}

/**
 * Compiles a card's patterns. The returned function takes the folded name and the path below the root as it is. Names
 * and extensions are looked up in tables; the other patterns are one expression together, whose time is linear in the
 * path: the pattern is the operator's, but the path is the caller's.
 */
export function compileGlobs(patterns: readonly string[]): ((folded: string, relative: string) => GlobMatch | undefined) | undefined {
  if (patterns.length === 0) return undefined;
  const names = new Map<string, GlobMatch>();
  const extensions = new Map<string, GlobMatch>();
  const anywhere: Indexed[] = [];
  const anchored: Indexed[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const parsed = parse(pattern);
    if (typeof parsed === "string") throw new Error(`deny[${index}] ${JSON.stringify(pattern)}: ${parsed}`);
    const extension = /^\*\.([^*?[\]{}\\.]+)$/.exec(parsed.text)?.[1];
    if (!parsed.anchored && !special.test(parsed.text)) keep(names, fold(parsed.text), { index });
    else if (!parsed.anchored && extension !== undefined) keep(extensions, fold(extension), { index });
    else (parsed.anchored ? anchored : anywhere).push({ index, sources: parsed.sources });
  }
  const byName = matcher(anywhere);
  const byPath = matcher(anchored);
  return (folded, relative) => {
    const exact = names.get(folded);
    if (exact !== undefined) return exact;
    const dot = folded.lastIndexOf(".");
    const byExtension = dot < 0 ? undefined : extensions.get(folded.slice(dot + 1));
    return byExtension ?? byName?.(folded) ?? byPath?.(foldPath(relative));
  };
}

interface Parsed {
  /** Without the slashes around it, and without the `**` that a pattern about names may begin with. */
  readonly text: string;
  /** About a path from the root on, not about a name at any depth. */
  readonly anchored: boolean;
  readonly sources: readonly PathSource[];
}

function parse(pattern: string): Parsed | string {
  if (pattern.length > longest) return `the pattern is longer than ${longest} characters`;
  if (pattern.includes("\0") || !pattern.isWellFormed()) return "the pattern is not well-formed text";
  if (pattern.startsWith("!")) return "a leading ! does not negate here; write [!] for a name that starts with it";
  const floating = /^\*\*\/+[^/]+\/*$/.test(pattern) ? pattern.slice(3) : pattern;
  const text = floating.replace(/^\/+/, "").replace(/\/+$/, "");
  if (text === "") return "the pattern is empty";
  const anchored = floating.startsWith("/") || text.includes("/");
  const expanded = expandBraces(text);
  if (expanded === undefined) return "the braces stand for too many alternatives";
  const sources: PathSource[] = [];
  for (const alternative of expanded) {
    const parts = alternative.split("/").filter((part) => part !== "");
    if (parts.includes(".") || parts.includes("..")) return "a pattern names entries below the root, without . and ..";
    const above = parts.length > 1 && parts.at(-1) === "**" ? [parts.slice(0, -1)] : [];
    for (const each of [parts, ...above]) {
      const source = pathSource(each.map(foldSegment), false);
      if (typeof source === "string") return source;
      sources.push(source);
    }
  }
  return { text, anchored, sources };
}

/** Names are matched folded, so the pattern is folded too; what is magic in it keeps its meaning. */
function foldSegment(segment: string): string {
  return special.test(segment) ? foldCase(segment).replaceAll("[:upper:]", "[:alpha:]") : fold(segment);
}

interface Indexed extends GlobMatch {
  readonly sources: readonly PathSource[];
}

/** One test for all; which pattern it was is asked only when there is one. */
function matcher(globs: readonly Indexed[]): ((text: string) => GlobMatch | undefined) | undefined {
  if (globs.length === 0) return undefined;
  const any = union(globs.flatMap((glob) => glob.sources));
  return (text) => (any(text) ? globs.find((glob) => union(glob.sources)(text)) : undefined);
}

function keep(table: Map<string, GlobMatch>, key: string, match: GlobMatch): void {
  if (!table.has(key)) table.set(key, match);
}
