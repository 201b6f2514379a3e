import type { Access } from "@postern/policy";
import { fold, foldPath } from "./fold.ts";
import { compileGlobs } from "./glob.ts";
import { isOwnPath } from "./own-files.ts";
import { isTemporary } from "./own-temporary.ts";
import { protectedBy } from "./protected.ts";
import { below } from "./root.ts";

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
  /** Names are compared folded with `own`, `cut` and `nested` too, because the file system finds files under several. */
  readonly aliases: boolean;
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

export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly nlink: bigint;
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
  fileDecision(relative: string, stat: FileIdentity): "give" | "protected" | "hardlink";
  /** What the roots that govern a place say together: one `deny` is enough. */
  option(name: "mounts" | "hardlinks", relative: string): "allow" | "deny";
}

export function createRules(source: RulesSource): EntryRules {
  const globs = compileGlobs(source.deny);
  const above = source.root === "/" ? "" : foldPath(source.root);
  const place = source.aliases ? foldPath : (path: string): string => path;
  const cut = new Set(source.cut.map(place));
  const own = source.own.map((path) => below(path, source.root)).filter((path) => path !== undefined);
  const ownPlaces = own.map(place);
  const nested = source.nested.map(({ at, source: inner }) => ({ prefix: `${place(at)}/`, rules: createRules(inner) }));
  const identities = new Set(source.ownIdentities);

  /** The path below each nested root that contains it. */
  const inNested = function* (relative: string): Generator<{ readonly rules: EntryRules; readonly inside: string }> {
    if (nested.length === 0) return;
    const at = place(relative);
    for (const { prefix, rules } of nested) if (at.startsWith(prefix)) yield { rules, inside: at.slice(prefix.length) };
  };

  const rules: EntryRules = {
    source,
    verdict(relative, name) {
      if (cut.size > 0 && cut.has(place(relative))) return { decision: "cut", rule: "narrower-card" };
      if (ownPlaces.length > 0 && isOwnPath(place(relative), ownPlaces)) return { decision: "protected", rule: "protected:own" };
      const folded = fold(name);
      if (isTemporary(folded)) return { decision: "protected", rule: "protected:own" };
      if (source.protected === "deny") {
        const row = protectedBy(folded, () => `${above}/${foldPath(relative)}`, source.access);
        if (row !== undefined) return { decision: "protected", rule: `protected:${row}` };
      }
      const match = globs?.(folded, relative);
      if (match !== undefined) return { decision: "excluded", rule: `deny[${match.index}]` };
      for (const inner of inNested(relative)) {
        const found = inner.rules.verdict(inner.inside, name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    entryDecision(relative, name) {
      const found = rules.verdict(relative, name)?.decision;
      return found === undefined ? "give" : found === "cut" ? "excluded" : found;
    },
    fileDecision(relative, { dev, ino, nlink }) {
      if (identities.size > 0 && identities.has(`${dev}:${ino}`)) return "protected";
      return nlink > 1n && rules.option("hardlinks", relative) === "deny" ? "hardlink" : "give";
    },
    option(name, relative) {
      if (source[name] === "deny") return "deny";
      for (const inner of inNested(relative)) if (inner.rules.option(name, inner.inside) === "deny") return "deny";
      return "allow";
    },
  };
  return rules;
}
