import type { MatchNeighbor, MatchTool } from "./matcher.ts";
import type { PrincipalView } from "./principal-views.ts";

/**
 * The denied calls just outside each card, for each principal and tool that it gives: what `postern check` tries. What
 * lies outside one card and inside another of the same principal is no neighbor, so it is left out.
 */
export function derivedNeighbors(views: ReadonlyMap<string, PrincipalView>, tools: ReadonlyMap<string, MatchTool>): readonly MatchNeighbor[] {
  const derived: MatchNeighbor[] = [];
  for (const [principal, view] of views) {
    for (const [name, candidates] of view.tools) {
      const uses = tools.get(name)?.uses ?? [];
      for (const [position, open] of candidates.cards.entries()) {
        for (const kind of new Set(uses.map((use) => use.kind))) {
          for (const neighbor of kind.neighbors(open.scopes.get(kind))) {
            const governing = candidates.governing(kind, neighbor.raw);
            if (governing.length > 0 && !governing.includes(position)) continue;
            const own = uses.filter((use) => use.kind === kind);
            const meant = own.filter(({ operation }) => operation === undefined || operation === neighbor.operation);
            // Each argument that takes such a value has its own guard, and so its own neighbor.
            for (const use of meant.length > 0 ? meant : own) {
              derived.push({
                card: open.card,
                principal,
                tool: name,
                kind,
                access: use.access,
                ...(use.argument === undefined ? {} : { argument: use.argument }),
                neighbor,
                targets: [{ kind, argument: use.argument ?? kind.name, raw: neighbor.raw, access: use.access, operation: use.operation ?? neighbor.operation }],
              });
            }
          }
        }
      }
    }
  }
  return derived;
}
