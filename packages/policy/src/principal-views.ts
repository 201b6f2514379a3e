import { Candidates } from "./candidates.ts";
import type { MatchTool } from "./matcher.ts";
import type { OpenCard } from "./open-cards.ts";

/** What one principal has on this server. */
export interface PrincipalView {
  readonly cards: readonly OpenCard[];
  /** By tool; a tool that no card gives is not in it. */
  readonly tools: ReadonlyMap<string, Candidates>;
  readonly names: ReadonlySet<string>;
}

/** Who has what: every principal that a card names, with the tools that its cards give. */
export function principalViews(cards: readonly OpenCard[], tools: readonly MatchTool[]): Map<string, PrincipalView> {
  const byPrincipal = new Map<string, OpenCard[]>();
  for (const open of cards) {
    for (const principal of new Set(open.card.principals)) {
      const known = byPrincipal.get(principal);
      if (known === undefined) byPrincipal.set(principal, [open]);
      else known.push(open);
    }
  }
  const places = new Map(cards.map((open, place) => [open, place]));
  // Tools and principals with the same cards share one set of candidates, and so its indexes.
  const shared = new Map<string, Candidates>();
  const views = new Map<string, PrincipalView>();
  for (const [principal, own] of byPrincipal) {
    const byTool = new Map<string, Candidates>();
    for (const tool of tools) {
      const giving = own.filter((open) => open.gives(tool));
      if (giving.length === 0) continue;
      const key = giving.map((open) => places.get(open)).join();
      const candidates = shared.get(key) ?? new Candidates(giving);
      shared.set(key, candidates);
      byTool.set(tool.name, candidates);
    }
    views.set(principal, { cards: own, tools: byTool, names: new Set(byTool.keys()) });
  }
  return views;
}
