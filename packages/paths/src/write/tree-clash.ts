import type { DenialCode } from "@postern/policy";
import type { Handle } from "../handle.ts";
import type { EntryRules, Verdict } from "../rules.ts";
import { TimeSlice } from "../time-slice.ts";
import { TreeWalk } from "../tree-walk.ts";

/** One end of a move: what governs there, and the tree's place below the root. */
export interface End {
  readonly rules: EntryRules;
  readonly relative: string;
  /** Which roots of all cards it lies in. */
  readonly within?: string | undefined;
}

export interface Clash {
  readonly code: DenialCode;
  readonly rule: string;
}

/** Entries of a tree that are looked at for one move. */
const mostEntries = 200_000;
const codeOf = { protected: "path.protected", excluded: "path.excluded", cut: "path.outside_root" } as const;

/**
 * Why a tree must not change its place as a whole; undefined: nothing stands against it. A move gives every entry another
 * path, so what a card keeps back at either end must not be in it: an excluded file would become readable under its new
 * name, a `workflows` directory would turn into `.github/workflows`. Names that are protected by the same rule at both
 * ends (a repository's `.git`) go along and stay as closed as they were, but not into another root or out of one, whose
 * cards may see it otherwise. Names are read, and no content.
 */
export async function treeClash(
  tree: { readonly directory: Handle; readonly at: "from" | "to" },
  ends: { readonly from: End; readonly to: End },
  signal: AbortSignal,
): Promise<Clash | undefined> {
  const { from, to } = ends;
  const here = ends[tree.at];
  const carries = from.within !== undefined && from.within === to.within;
  let clash: Clash | undefined;
  const rules: EntryRules = {
    ...here.rules,
    entryDecision(relative, name) {
      const inside = relative.slice(here.relative.length);
      // Another root of the same card: moved along, it would be none any more.
      if (from.rules.source.nested.some(({ at }) => at === from.relative + inside)) clash ??= { code: "path.outside_root", rule: "tree:root" };
      const [one, other] = [from.rules.verdict(from.relative + inside, name), to.rules.verdict(to.relative + inside, name)];
      const verdict = one ?? other;
      if (verdict === undefined) return "give";
      if (!carries || !stays(one, other)) clash ??= { code: codeOf[verdict.decision], rule: `tree:${verdict.decision}` };
      return "protected";
    },
  };
  using walk = new TreeWalk({ directory: tree.directory, relative: here.relative, rules }, { maxEntries: mostEntries });
  const slice = new TimeSlice();
  for (let steps = 1; ; steps += 1) {
    const met = walk.step();
    if (clash !== undefined) return clash;
    if (met === "end") return walk.truncated === undefined ? undefined : { code: "limit.input", rule: "tree:too-large" };
    if (met?.closed === "mount") return { code: "path.mount_crossing", rule: "tree:mount-crossing" };
    // What cannot be looked into cannot be judged.
    if (met?.closed === "unreadable") return { code: "path.protected", rule: "tree:unreadable" };
    if (steps % 64 !== 0 || !slice.over) continue;
    await slice.pause();
    signal.throwIfAborted();
  }
}

function stays(one: Verdict | undefined, other: Verdict | undefined): boolean {
  return one?.decision === "protected" && one.rule === other?.rule && one.rule !== "protected:own";
}
