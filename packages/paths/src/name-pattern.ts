import { re2 } from "./re2.ts";
import { expandBraces } from "./brace-expansion.ts";
import { segmentSource } from "./glob-segment.ts";

/**
 * Which names a pattern without a slash is about. `path`: entries of the searched directory itself, as in the official
 * `search_files`. `tree`: entries at any depth unless it holds a star, as in the official `directory_tree`.
 * `anywhere`: entries at any depth, as in .gitignore files.
 */
export type PatternReach = "path" | "tree" | "anywhere";

export interface NameMatcher {
  /** `relative`: path below the searched directory, without slashes around it. */
  matches(relative: string, directory: boolean): boolean;
  /** All that lies below this directory matches, whether or not the directory itself does. */
  covers(relative: string): boolean;
}

const longest = 512;
const mostParts = 64;
const mostStars = 12;
/** What the patterns of one list may weigh: characters after the braces are written out, and what takes longer to compile or match. */
const mostWeight = 8_192;
const bracesWeight = 16;
/** V8 and RE2 write such a class out as some hundred ranges. */
const classWeight = 200;
/** Of every star but the first: a backtracking matcher tries their combinations. */
const starWeight = 32;

/**
 * Why a caller's glob cannot be used, as a clause for a message; undefined: it can. Patterns are those of minimatch
 * with `dot: true`: `*`, `?`, `[a-z]`, `**`, `{a,b}`, `@(a|b)`, a leading `!` for all that does not match; a slash at
 * the end asks for directories.
 */
export function checkPattern(pattern: string): string | undefined {
  const parsed = parse(pattern, "path", mostWeight);
  return typeof parsed === "string" ? parsed : undefined;
}

/**
 * Like `checkPattern`, of a list that `compilePatterns` takes together: also what they cost together is bounded, so that
 * compiling them never holds up other callers. Looks no further than the first one that cannot be used.
 */
export function checkPatterns(patterns: readonly string[], reach: PatternReach): { readonly index: number; readonly reason: string } | undefined {
  const parsed = parseAll(patterns, reach);
  return "reason" in parsed ? parsed : undefined;
}

/**
 * Compiles globs that a caller wrote. Guarantees time linear in the path for every pattern that could make a
 * backtracking matcher try out combinations: those run on RE2. Throws on patterns that `checkPatterns` refuses.
 */
export function compilePatterns(patterns: readonly string[], reach: PatternReach): NameMatcher {
  const parsed = parseAll(patterns, reach);
  if ("reason" in parsed) throw new Error(`${JSON.stringify(patterns[parsed.index])}: ${parsed.reason}`);
  const straight = parsed.filter((one) => !one.negated).flatMap((one) => one.alternatives);
  const all = union(straight.filter((one) => !one.directories));
  const directories = union(straight.filter((one) => one.directories));
  const inverted = parsed.filter((one) => one.negated).map((one) => ({ test: union(one.alternatives) }));
  const below = union(straight.flatMap((one) => (one.above === undefined ? [] : [one.above])));
  return {
    matches: (relative, directory) => all(relative) || (directory && directories(relative)) || inverted.some(({ test }) => !test(relative)),
    covers: below,
  };
}

/** One brace-free reading of a pattern. */
export interface PathSource {
  /** Matches a whole relative path. */
  readonly source: string;
  /** Safe for a backtracking matcher. */
  readonly simple: boolean;
  /** Places at which such a matcher has a choice. */
  readonly stars: number;
}

interface Alternative extends PathSource {
  readonly directories: boolean;
  /** For `x/**`: what matches `x`. */
  readonly above: PathSource | undefined;
}

interface Parsed {
  readonly negated: boolean;
  readonly alternatives: readonly Alternative[];
  readonly weight: number;
}

function parseAll(patterns: readonly string[], reach: PatternReach): readonly Parsed[] | { readonly index: number; readonly reason: string } {
  const parsed: Parsed[] = [];
  let room = mostWeight;
  for (const [index, pattern] of patterns.entries()) {
    const found = parse(pattern, reach, room);
    if (typeof found === "string") return { index, reason: found };
    parsed.push(found);
    room -= found.weight;
  }
  return parsed;
}

const tooMuch = "the patterns stand for too much in all; use fewer or shorter ones, with fewer braces, stars and classes";

function parse(pattern: string, reach: PatternReach, room: number): Parsed | string {
  if (pattern === "") return "the pattern is empty";
  if (pattern.length > longest) return `the pattern is longer than ${longest} characters`;
  if (!pattern.isWellFormed() || pattern.includes("\0")) return "the pattern is not well-formed text";
  if (pattern.startsWith("!(")) return "negated groups !(…) are not supported; exclude with excludePatterns instead";
  const marks = /^!*/.exec(pattern)?.[0].length ?? 0;
  let weight = bracesWeight * (pattern.split("{").length - 1);
  if (weight > room) return tooMuch;
  const expanded = expandBraces(pattern.slice(marks));
  if (expanded === undefined) return "the braces stand for too many alternatives";
  const alternatives: Alternative[] = [];
  for (const written of expanded) {
    for (const text of reached(written, reach)) {
      // Before anything is made of it: to read it takes as long as to write it.
      weight += textWeight(text);
      if (weight > room) return tooMuch;
      const found = alternative(text);
      if (typeof found === "string") return found;
      weight += starsWeight(found) + (found.above === undefined ? 0 : text.length);
      alternatives.push(found);
    }
  }
  return weight > room ? tooMuch : { negated: marks % 2 === 1, alternatives, weight };
}

/** What a pattern without braces costs to compile: characters, and the classes among them. */
export function textWeight(text: string): number {
  return text.length + classWeight * (text.split("[:").length - 1);
}

/** What its choices cost to match. */
export function starsWeight({ stars }: PathSource): number {
  return starWeight * Math.max(0, stars - 1);
}

function reached(written: string, reach: PatternReach): readonly string[] {
  const bare = written.replace(/^(?:\.?\/)+/, "");
  if (reach === "path" || (reach === "tree" && bare.includes("*"))) return [bare];
  if (reach === "tree") return [bare, `**/${bare}`, `**/${bare}/**`];
  return [written.startsWith("/") || bare.replace(/\/+$/, "").includes("/") ? bare : `**/${bare}`];
}

function alternative(text: string): Alternative | string {
  const directories = text.endsWith("/");
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length > mostParts) return `the pattern has more than ${mostParts} parts`;
  if (parts.includes("..")) return "a pattern names entries below the directory, without ..";
  const whole = pathSource(parts, true);
  if (typeof whole === "string") return whole;
  const above = parts.length > 1 && parts.at(-1) === "**" && !directories ? pathSource(parts.slice(0, -1), true) : undefined;
  return typeof above === "string" ? above : { ...whole, directories, above };
}

/** Joins the parts of one pattern into one expression. A string says why they cannot be used. */
export function pathSource(parts: readonly string[], groups: boolean): PathSource | string {
  let source = "";
  let globstars = 0;
  let stars = 0;
  let all = 0;
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === "**") {
      if (parts[index - 1] === "**") continue;
      globstars += 1;
      source += "(?:[^/]+/)*";
      if (parts.slice(index).every((rest) => rest === "**")) {
        source += "[^/]+";
        break;
      }
      continue;
    }
    const segment = segmentSource(part, { groups });
    if (typeof segment === "string") return segment;
    if (segment.stars > mostStars) return `one part of the pattern holds more than ${mostStars} stars`;
    stars = Math.max(stars, segment.stars);
    all += segment.stars;
    source += segment.source + (last ? "" : "/");
  }
  return { source, simple: globstars + stars <= 3 && globstars <= 2 && stars <= 2, stars: globstars + all };
}

/** One test for many alternatives. */
export function union(alternatives: readonly PathSource[]): (path: string) => boolean {
  const simple = alternatives.filter((one) => one.simple).map((one) => one.source);
  const hard = alternatives.filter((one) => !one.simple).map((one) => one.source);
  const tests: ((path: string) => boolean)[] = [];
  if (simple.length > 0) {
    // Every quantifier in it is bounded by a slash or by the end, see `simple`.
    const quick = new RegExp(`^(?:${simple.join("|")})$`, "u");
    tests.push((path) => quick.test(path));
  }
  if (hard.length > 0) {
    const linear = re2().compile(`(?:${hard.join("|")})`);
    tests.push((path) => linear.testExact(path));
  }
  const [first, second] = tests;
  if (first === undefined) return () => false;
  return second === undefined ? first : (path) => first(path) || second(path);
}
