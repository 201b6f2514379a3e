import { type PathSource, pathSource, starsWeight, textWeight, union } from "./name-pattern.ts";
import { segmentSource } from "./glob-segment.ts";

/** Rules of one file that are read; what a generator or an attacker wrote beyond them is left out. */
const mostRules = 1_000;
/** Rules of one file that only RE2 can match in bounded time, which costs more for each. */
const mostHard = 50;
const longestLine = 512;
/** What the compiled rules of one file may weigh: they are compiled while others wait. */
const mostWeight = 16_384;

interface Rule {
  readonly negated: boolean;
  readonly directories: boolean;
  readonly index: number;
}

interface PatternRule extends Rule {
  readonly named: boolean;
  matches(text: string): boolean;
}

/** The rules of one .gitignore file (gitignore(5)), compiled once. */
export class IgnoreRules {
  readonly #rules: Rule[] = [];
  readonly #names = new Map<string, number[]>();
  readonly #endings = new Map<string, number[]>();
  readonly #patterns: PatternRule[] = [];
  #hard = 0;
  #weight = 0;

  constructor(text: string) {
    for (const line of text.split("\n", mostRules)) this.#add(line.replace(/\r$/, ""));
  }

  /** True and false as the last rule that matches says; undefined: none does. `path` is relative to the file's directory. */
  verdict(path: string, name: string, directory: boolean): boolean | undefined {
    let best = this.#last(this.#names.get(name), directory, -1);
    const dot = name.lastIndexOf(".");
    if (dot >= 0) best = this.#last(this.#endings.get(name.slice(dot)), directory, best);
    for (let at = this.#patterns.length - 1; at >= 0; at -= 1) {
      const rule = this.#patterns[at] as PatternRule;
      if (rule.index <= best) break;
      if ((rule.directories && !directory) || !rule.matches(rule.named ? name : path)) continue;
      best = rule.index;
      break;
    }
    return best < 0 ? undefined : !(this.#rules[best] as Rule).negated;
  }

  #last(indexes: readonly number[] | undefined, directory: boolean, best: number): number {
    const found = indexes?.findLast((index) => directory || !(this.#rules[index] as Rule).directories) ?? -1;
    return Math.max(found, best);
  }

  #add(line: string): void {
    if (line.length > longestLine || line === "" || line.startsWith("#")) return;
    const negated = line.startsWith("!");
    let text = unpadded(negated ? line.slice(1) : line);
    const directories = text.endsWith("/");
    if (directories) text = text.slice(0, -1);
    const anchored = text.includes("/");
    const parts = text.split("/").filter((part, index) => part !== "" || index > 0);
    if (parts.length === 0 || parts.includes("")) return;
    const rule = { negated, directories, index: this.#rules.length };
    const alone = parts.length === 1 ? parts[0] : undefined;
    if (!anchored && alone !== undefined) {
      const segment = segmentSource(alone, { groups: false });
      if (typeof segment === "string") return;
      const ending = /^\*(\.[^.*?[\\]+)$/.exec(alone)?.[1];
      if (segment.literal !== undefined) keep(this.#names, segment.literal, rule.index);
      else if (ending !== undefined) keep(this.#endings, ending, rule.index);
      else if (!this.#pattern(rule, [alone], true)) return;
      this.#rules.push(rule);
    } else if (this.#pattern(rule, parts, false)) {
      this.#rules.push(rule);
    }
  }

  #pattern(rule: Rule, parts: readonly string[], named: boolean): boolean {
    const source: PathSource | string = pathSource(parts, false);
    if (typeof source === "string") return false;
    this.#weight += textWeight(parts.join("/")) + starsWeight(source);
    if (this.#weight > mostWeight) return false;
    if (!source.simple) this.#hard += 1;
    if (this.#hard > mostHard) return false;
    this.#patterns.push({ ...rule, named, matches: union([source]) });
    return true;
  }
}

function keep(table: Map<string, number[]>, key: string, index: number): void {
  const there = table.get(key);
  if (there === undefined) table.set(key, [index]);
  else there.push(index);
}

/** Blanks at the end do not count unless a backslash stands before them. */
function unpadded(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === " " && text[end - 2] !== "\\") end -= 1;
  return text.slice(0, end);
}

/** The .gitignore files that govern one directory: the nearest file that has an opinion decides. */
export class IgnoreChain {
  readonly #rules: IgnoreRules | undefined;
  /** Length of the prefix that the rules' own paths leave out. */
  readonly #base: number;
  readonly #above: IgnoreChain | undefined;

  private constructor(rules: IgnoreRules | undefined, base: number, above: IgnoreChain | undefined) {
    this.#rules = rules;
    this.#base = base;
    this.#above = above;
  }

  static empty(): IgnoreChain {
    return new IgnoreChain(undefined, 0, undefined);
  }

  /** The chain for a directory at this path below the root; itself when the directory has no file of its own. */
  below(directory: string, text: string | undefined): IgnoreChain {
    if (text === undefined) return this;
    return new IgnoreChain(new IgnoreRules(text), directory === "" ? 0 : directory.length + 1, this);
  }

  /** `path`: below the root. Right only for entries whose directories were all asked about before. */
  ignores(path: string, name: string, directory: boolean): boolean {
    const verdict = this.#rules?.verdict(path.slice(this.#base), name, directory);
    return verdict ?? this.#above?.ignores(path, name, directory) ?? false;
  }
}
