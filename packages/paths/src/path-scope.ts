import { isAbsolute, resolve } from "node:path";
import type { Access, ScopeContext } from "@postern/policy";
import { z } from "zod";
import { checkGlob } from "./glob.ts";
import { linksOnTheWay } from "./fixed-places.ts";
import { close } from "./handle.ts";
import { ownFiles, type OwnFiles } from "./own-files.ts";
import { absolutePath, below, openRoot, type Root } from "./root.ts";
import { RootTable } from "./root-table.ts";
import { createRules, type EntryRules, type RulesSource } from "./rules.ts";

const choice = z.enum(["deny", "allow"]);

/** How a card writes its roots. */
export const rootsShape = {
  roots: z
    .array(
      z.strictObject({
        path: z
          .string()
          .min(1)
          .refine((path) => !path.includes("\0") && path.isWellFormed(), "a path without NUL, in well-formed Unicode")
          .describe("A directory: absolute, below the home directory (~/…), or relative to the policy file."),
        deny: z
          .array(
            z.string().superRefine((pattern, context) => {
              const why = checkGlob(pattern);
              if (why !== undefined) context.addIssue({ code: "custom", message: why });
            }),
          )
          .optional()
          .describe("Patterns of what the card keeps back. A pattern without / matches a name at any depth."),
        protected: choice.optional().describe("allow: give the compiled-in protected names too (keys, tokens, .env). Default: deny."),
        mounts: choice.optional().describe("allow: give what is mounted below the directory. Default: deny."),
        hardlinks: choice.optional().describe("deny: refuse files that have a second name somewhere. Default: allow for reading."),
      }),
    )
    .optional()
    .describe("The directories that the card gives. None gives nothing."),
};

type RootTargets = NonNullable<z.output<(typeof rootsShape)["roots"]>>[number];

export interface ScopeRoot {
  readonly root: Root;
  /** Symbolic links on the way to it. */
  readonly links: readonly string[];
  readonly written: RootTargets;
}

/** The roots of one card, open. */
export interface PathScope {
  readonly route: string;
  readonly home: string;
  /** A directory of our own that no card gives, for what writers keep while they run. */
  readonly state: string | undefined;
  readonly roots: readonly ScopeRoot[];
  /** The scopes of all cards, this one among them; complete when the policy is loaded. Empty: it stands alone. */
  readonly peers: readonly PathScope[];
  readonly own: OwnFiles;
  readonly table: RootTable<ScopeRoot>;
  /** Rules for cards that stand alone, by root and access. */
  readonly rules: Map<string, EntryRules>;
}

const targetsSchema = z.object(rootsShape);

export function openScope(targets: unknown, context: ScopeContext): PathScope {
  const { roots: written = [] } = targetsSchema.parse(targets);
  const roots: ScopeRoot[] = [];
  const table = new RootTable<ScopeRoot>();
  // Read as text, an empty or relative one would turn ~/notes into /notes or into a directory below the working directory.
  const home = isAbsolute(context.home) ? context.home : "";
  const own = ownFiles(written.length === 0 ? [] : context.own);
  try {
    for (const one of written) {
      const root = openRoot(configuredPath(one.path, home, context.base));
      const opened = { root, links: linksOnTheWay(root.configured), written: one };
      roots.push(opened);
      const twin = roots.find((other) => other !== opened && sameDirectory(other.root, root));
      if (twin !== undefined) throw new Error(`the roots ${twin.root.configured} and ${root.configured} are the same directory`);
      const around = own.paths.find((path) => below(root.canonical, path) !== undefined);
      if (around !== undefined) throw new Error(`the root ${root.configured} lies inside ${around}, where this server keeps its own files`);
      table.add(root, opened);
    }
  } catch (error) {
    for (const { root } of roots) close(root.handle);
    throw error;
  }
  return { route: context.route, home, state: context.state, roots, peers: context.peers as readonly PathScope[], own, table, rules: new Map() };
}

const closed = new WeakSet<PathScope>();

export function closeScope(scope: PathScope): void {
  if (closed.has(scope)) return;
  closed.add(scope);
  for (const { root } of scope.roots) close(root.handle);
}

/** The handles of a closed scope may be other files' numbers by now. */
export function assertOpen(scope: PathScope): void {
  if (closed.has(scope)) throw new Error(`the card ${scope.route} was closed`);
}

export function sameDirectory(one: Root, other: Root): boolean {
  return one.inode === other.inode && one.device === other.device;
}

const besideRules = new WeakMap<readonly PathScope[], Map<string, EntryRules>>();

/**
 * The rules below one root of a scope. Made once for each list of neighboring scopes, which the matcher keeps for as
 * long as the policy stands.
 */
export function rulesFor(scope: PathScope, { root, written }: Pick<ScopeRoot, "root" | "written">, access: Access, beside: readonly PathScope[]): EntryRules {
  const alone = beside.length === 0 || (beside.length === 1 && beside[0] === scope);
  let made = alone ? scope.rules : besideRules.get(beside);
  if (made === undefined) besideRules.set(beside, (made = new Map()));
  const key = `${access} ${root.handle}`;
  let rules = made.get(key);
  if (rules === undefined) made.set(key, (rules = createRules(sourceFor(scope, { root, written }, access, alone ? [] : beside))));
  return rules;
}

function sourceFor(scope: PathScope, { root, written }: Pick<ScopeRoot, "root" | "written">, access: Access, beside: readonly PathScope[]): RulesSource {
  const inside = (other: Root): string | undefined => {
    const at = below(other.canonical, root.canonical);
    return at === "" ? undefined : at;
  };
  const cut = beside
    .filter((other) => other !== scope)
    .flatMap((other) => other.roots.map((one) => inside(one.root)))
    .filter((at) => at !== undefined);
  const nested = scope.roots.flatMap((one) => {
    const at = inside(one.root);
    return at === undefined ? [] : [{ at, source: sourceFor({ ...scope, roots: [] }, one, access, []) }];
  });
  return {
    root: root.canonical,
    access,
    protected: written.protected ?? "deny",
    deny: written.deny ?? [],
    // Writing through one of several names changes a file that may belong to somebody outside of the root.
    hardlinks: written.hardlinks ?? (access === "write" ? "deny" : "allow"),
    mounts: written.mounts ?? "deny",
    aliases: root.aliases,
    own: scope.own.paths,
    ownIdentities: scope.own.identities,
    cut,
    nested,
  };
}

/** Operators' paths are normalized as text, like a shell's `cd` does. */
function configuredPath(path: string, home: string, base: string): string {
  const atHome = path === "~" || path.startsWith("~/");
  if (atHome && home === "") throw new Error(`the root ${path} starts at the home directory, and HOME does not name one`);
  const expanded = atHome ? home + path.slice(1) : path;
  return isAbsolute(expanded) ? resolve(expanded) : resolve(base, expanded);
}

/** For messages: what a caller may ask for instead. */
export function shownRoots(scope: PathScope): string {
  const shown = scope.roots.slice(0, 3).map(({ root }) => absolutePath(root, ""));
  return scope.roots.length > shown.length ? `${shown.join(", ")} and ${scope.roots.length - shown.length} more` : shown.join(", ");
}
