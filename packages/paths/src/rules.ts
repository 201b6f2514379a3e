import type { Access } from "@postern/policy";
import { fold, foldPath } from "./fold.ts";
import { compileGlobs, type GlobMatch } from "./glob.ts";
import { isOwnPath } from "./own-files.ts";
import { protectedBy } from "./protected.ts";

/**
 * What one root keeps back from those whom it lets in. Plain data: a search worker gets it by message and calls
 * `createRules` for itself, so both sides decide alike.
 */
export interface RulesSource {
  /** Canonical absolute path of the root. */
  readonly root: string;
  readonly access: Access;
  readonly protected: "deny" | "allow";
  /** The card's own patterns, relative to the root. */
  readonly deny: readonly string[];
  readonly hardlinks: "allow" | "deny";
  readonly mounts: "allow" | "deny";
  /** Canonical absolute paths of our own policy and evidence. */
  readonly own: readonly string[];
  /** `device:inode` of the same, against other names for them. */
  readonly ownIdentities: readonly string[];
  /** Directories below the root, relative to it, that a narrower card governs. */
  readonly cut: readonly string[];
  /** Narrower roots of the same card below this one; their rules come on top. */
  readonly nested: readonly { readonly at: string; readonly source: RulesSource }[];
}

export type EntryDecision = "give" | "protected" | "excluded";

export interface Verdict {
  readonly decision: "protected" | "excluded" | "cut";
  /** `protected:.env`, `deny[0]`, `narrower-card`. */
  readonly rule: string;
}

export interface EntryRules {
  readonly source: RulesSource;
  /**
   * Decides on one entry by its path below the root, its own name last. Guarantees a right answer only when every
   * directory on the way was asked about before: what is denied is not descended into.
   */
  entryDecision(relative: string, name: string): EntryDecision;
  /** The same with the rule that spoke; undefined gives. */
  verdict(relative: string, name: string): Verdict | undefined;
  /** Decides on a regular file by what the held object is, whatever its name: our own files, and several hard links. */
  fileDecision(stat: { readonly dev: bigint; readonly ino: bigint; readonly nlink: bigint }): "give" | "protected" | "hardlink";
}

export function createRules(source: RulesSource): EntryRules {
  const globs = compileGlobs(source.deny);
  const above = source.root === "/" ? "" : foldPath(source.root);
  const cut = new Set(source.cut);
  const nested = source.nested.map(({ at, source: inner }) => ({ at, prefix: `${at}/`, rules: createRules(inner) }));
  const identities = new Set(source.ownIdentities);
  const prefix = source.root === "/" ? "/" : `${source.root}/`;

  const verdict = (relative: string, name: string): Verdict | undefined => {
    if (cut.size > 0 && cut.has(relative)) return { decision: "cut", rule: "narrower-card" };
    if (source.own.length > 0 && isOwnPath(prefix + relative, source.own)) return { decision: "protected", rule: "protected:own" };
    const folded = fold(name);
    if (source.protected === "deny") {
      const row = protectedBy(folded, () => `${above}/${foldPath(relative)}`, source.access);
      if (row !== undefined) return { decision: "protected", rule: `protected:${row}` };
    }
    const match: GlobMatch | undefined = globs?.(folded, relative);
    if (match !== undefined) return { decision: "excluded", rule: `deny[${match.index}]` };
    for (const inner of nested) {
      if (!relative.startsWith(inner.prefix)) continue;
      const found = inner.rules.verdict(relative.slice(inner.prefix.length), name);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return {
    source,
    verdict,
    entryDecision(relative, name) {
      const found = verdict(relative, name)?.decision;
      return found === undefined ? "give" : found === "cut" ? "excluded" : found;
    },
    fileDecision({ dev, ino, nlink }) {
      if (identities.size > 0 && identities.has(`${dev}:${ino}`)) return "protected";
      return nlink > 1n && source.hardlinks === "deny" ? "hardlink" : "give";
    },
  };
}
