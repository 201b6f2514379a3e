import type { Neighbor, TargetKind } from "@postern/policy";
import type { PathAuthority } from "./authority.ts";
import type { HeldPath } from "./held-path.ts";
import { mint } from "./mint.ts";
import { pathNeighbors } from "./path-neighbors.ts";
import { closeScope, openScope, rootsShape, sameDirectory, type PathScope } from "./path-scope.ts";
import { pathState } from "./path-state.ts";
import { parseRequested } from "./requested-path.ts";
import { resolve } from "./resolve.ts";
import { RootTable } from "./root-table.ts";

/**
 * Files and directories below the roots of a card. Guarantees on Linux: what the authority opens is the object that was
 * proven to lie below a root, whatever other processes rename, link or mount meanwhile.
 */
export const pathKind: TargetKind<typeof rootsShape, string, PathScope, HeldPath, PathAuthority> = {
  name: "path",
  targets: rootsShape,
  scope: openScope,
  close: closeScope,
  grants: (scope) => scope.roots.length > 0,
  index: indexScopes,
  overlap: (one, other) => {
    const shared = one.roots.find(({ root }) => other.roots.some((twin) => sameDirectory(root, twin.root)));
    return shared === undefined ? undefined : `root ${shared.root.configured}`;
  },
  keys: (scope) => scope.roots.map(({ root }) => `${root.device}:${root.inode}`),
  resolve: (raw, scope, context) => resolve(raw, scope, context),
  mint,
  state: pathState,
  release: (resolved) => resolved.held.release(),
  neighbors: (scope): readonly Neighbor<string>[] => pathNeighbors(scope, "read"),
  describe: (scope) => scope.roots.map(({ root }) => root.canonical),
  show: (raw) => raw,
};

function indexScopes(scopes: readonly PathScope[]): (raw: string) => readonly number[] {
  const table = new RootTable<number>();
  for (const [position, scope] of scopes.entries()) for (const { root } of scope.roots) table.add(root, position);
  const [first] = scopes;
  return (raw) => {
    if (first === undefined) return [];
    const requested = parseRequested(raw, first.home);
    if ("rule" in requested) return [];
    if (requested.absolute) return [...new Set(table.locate(requested.parts)?.values)];
    return [scopeOfRelative(raw, scopes)];
  };
}

/** More scopes than this are not searched for a relative name. */
const mostSearched = 16;

/** Like in the official server a relative path belongs to the first root that has it, and to the first root when none has. */
function scopeOfRelative(raw: string, scopes: readonly PathScope[]): number {
  const context = { argument: "", access: "read", operation: "any", beside: scopes } as const;
  for (const [position, scope] of scopes.slice(0, mostSearched).entries()) {
    const resolution = resolve(raw, scope, context);
    if (resolution.decision === "deny") continue;
    const exists = resolution.held.type !== "missing";
    resolution.held.release();
    if (exists) return position;
  }
  return 0;
}
