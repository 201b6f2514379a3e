import { Candidates } from "./candidates.ts";
import { decide } from "./decide.ts";
import type { Deny } from "./decision.ts";
import { derivedNeighbors } from "./derived-neighbors.ts";
import { inStep } from "./in-step.ts";
import type { MatchCall, Matched, Matcher, MatcherOptions, MatchNeighbor, MatchTool } from "./matcher.ts";
import { openCards, type OpenCard } from "./open-cards.ts";
import { overlapProblem, overlapsIn } from "./overlaps.ts";
import { PolicyError, type PolicyProblem } from "./policy-error.ts";
import type { Resolution } from "./target-kind.ts";
import { traceAll } from "./trace-all.ts";

/** What one principal has on this server. */
export interface PrincipalView {
  readonly cards: readonly OpenCard[];
  /** By tool; a tool that no card gives is not in it. */
  readonly tools: ReadonlyMap<string, Candidates>;
  readonly names: ReadonlySet<string>;
}

const nothing: PrincipalView = { cards: [], tools: new Map(), names: new Set() };

/** Opens a policy for one server. Throws `PolicyError`, holding nothing, when a card cannot be honored or two cards overlap. */
export function createMatcher(options: MatcherOptions): Matcher {
  const tools = new Map(options.tools.map((tool) => [tool.name, tool]));
  const { cards, close } = openCards(options);
  const views = viewsOf(cards, options.tools);
  try {
    const problems = overlapsOf(options.policy.file, views, tools);
    if (problems.length > 0) throw new PolicyError(problems);
  } catch (error) {
    close();
    throw error;
  }

  const viewOf = (principal: string): PrincipalView => views.get(principal) ?? nothing;
  return {
    toolsOf: (principal) => viewOf(principal).names,
    granted: (principal, name) => grantedBy(viewOf(principal).tools.get(name), tools.get(name)),
    decide: (call) => inStep(steps(call, viewOf(call.principal))),
    cardsOf: (principal) => viewOf(principal).cards.map(({ card }) => card),
    neighbors: (): readonly MatchNeighbor[] => derivedNeighbors(views, tools),
    close: () => {
      views.clear();
      close();
    },
  };
}

function* steps(call: MatchCall, view: PrincipalView): Generator<Resolution<unknown> | Promise<Resolution<unknown>>, Matched, Resolution<unknown>> {
  const candidates = view.tools.get(call.tool);
  const matched: Matched = candidates === undefined ? { decision: withoutCard(call, view), card: undefined } : yield* decide(call, candidates);
  if (call.trace !== "all") return matched;
  const asked = new Set(matched.decision.trace.map(({ route }) => route));
  if (matched.decision.decision === "allow") asked.add(matched.decision.route);
  try {
    const trace = [...matched.decision.trace, ...(yield* traceAll(call, view.cards, candidates, asked))];
    return { ...matched, decision: { ...matched.decision, trace } } as Matched;
  } catch (error) {
    if ("release" in matched) matched.release();
    throw error;
  }
}

function withoutCard(call: MatchCall, view: PrincipalView): Deny {
  const targets = [...call.targets, ...call.each].map(({ kind, argument, raw, operation }) => ({
    kind: kind.name,
    argument,
    raw: kind.show(raw),
    operation,
    decision: "deny" as const,
  }));
  if (view.tools.size === 0) {
    const message = "The policy allows this principal nothing on this server.";
    return { decision: "deny", code: "policy.empty", rule: "no-card", message, targets, trace: [] };
  }
  const message = "No route card of this principal gives this tool.";
  return { decision: "deny", code: "policy.no_route", rule: "tool-not-given", message, targets, trace: [] };
}

function viewsOf(cards: readonly OpenCard[], tools: readonly MatchTool[]): Map<string, PrincipalView> {
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

function overlapsOf(file: string, views: ReadonlyMap<string, PrincipalView>, tools: ReadonlyMap<string, MatchTool>): readonly PolicyProblem[] {
  const problems = new Map<string, PolicyProblem>();
  const checked = new Map<Candidates, Set<string>>();
  for (const [principal, view] of views) {
    for (const [name, candidates] of view.tools) {
      const tool = tools.get(name);
      if (tool === undefined) continue;
      const kinds = [...new Set(tool.uses.map((use) => use.kind.name))].sort().join();
      const done = checked.get(candidates) ?? new Set();
      checked.set(candidates, done);
      if (done.has(kinds)) continue;
      done.add(kinds);
      for (const overlap of overlapsIn(candidates, tool)) {
        const pair = `${overlap.one.card.id} ${overlap.other.card.id}`;
        if (!problems.has(pair)) problems.set(pair, overlapProblem(file, principal, name, overlap));
      }
    }
  }
  return [...problems.values()];
}

function grantedBy(candidates: Candidates | undefined, tool: MatchTool | undefined): readonly string[] {
  if (candidates === undefined || tool === undefined) return [];
  const used = new Set(tool.uses.map((use) => use.kind));
  const lines = candidates.cards.flatMap((open) =>
    [...open.scopes].filter(([kind]) => used.size === 0 || used.has(kind)).flatMap(([kind, scope]) => kind.describe(scope)),
  );
  return [...new Set(lines)];
}
