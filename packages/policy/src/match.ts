import type { Candidates } from "./candidates.ts";
import { decide } from "./decide.ts";
import type { Deny } from "./decision.ts";
import { derivedNeighbors } from "./derived-neighbors.ts";
import { inStep } from "./in-step.ts";
import type { MatchCall, Matched, Matcher, MatcherOptions, MatchNeighbor, MatchTool } from "./matcher.ts";
import { openCards } from "./open-cards.ts";
import { overlapProblems } from "./overlaps.ts";
import { PolicyError } from "./policy-error.ts";
import { principalViews, type PrincipalView } from "./principal-views.ts";
import type { Resolution } from "./target-kind.ts";
import { traceAll } from "./trace-all.ts";
import { unaskedRecord } from "./unasked-record.ts";

const nothing: PrincipalView = { cards: [], tools: new Map(), names: new Set() };

/** Opens a policy for one server. Throws `PolicyError`, holding nothing, when a card cannot be honored or two cards overlap. */
export function createMatcher(options: MatcherOptions): Matcher {
  const tools = new Map(options.tools.map((tool) => [tool.name, tool]));
  const opened = openCards(options);
  const views = opened.orClose(() => {
    const prepared = principalViews(opened.cards, options.tools);
    const problems = overlapProblems(options.policy.file, prepared, tools);
    if (problems.length > 0) throw new PolicyError(problems);
    return prepared;
  });

  const viewOf = (principal: string): PrincipalView => views.get(principal) ?? nothing;
  return {
    toolsOf: (principal) => viewOf(principal).names,
    granted: (principal, name) => grantedBy(viewOf(principal).tools.get(name), tools.get(name)),
    decide: (call) => inStep(steps(call, viewOf(call.principal))),
    cardsOf: (principal) => viewOf(principal).cards.map(({ card }) => card),
    neighbors: (): readonly MatchNeighbor[] => derivedNeighbors(views, tools),
    async tend(signal) {
      const changing = new Set(options.tools.flatMap(({ uses }) => uses.filter(({ access }) => access === "write").map(({ kind }) => kind)));
      for (const kind of changing)
        await kind.tend?.(
          opened.cards.map(({ scopes }) => scopes.get(kind)),
          signal,
        );
    },
    close: () => {
      views.clear();
      opened.close();
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
  const targets = [...call.targets, ...call.each].map(unaskedRecord);
  if (view.tools.size === 0) {
    const message = "The policy allows this principal nothing on this server.";
    return { decision: "deny", code: "policy.empty", rule: "no-card", message, targets, trace: [] };
  }
  const message = "No route card of this principal gives this tool.";
  return { decision: "deny", code: "policy.no_route", rule: "tool-not-given", message, targets, trace: [] };
}

function grantedBy(candidates: Candidates | undefined, tool: MatchTool | undefined): readonly string[] {
  if (candidates === undefined || tool === undefined) return [];
  const used = new Set(tool.uses.map((use) => use.kind));
  const lines = candidates.cards.flatMap((open) =>
    [...open.scopes].filter(([kind]) => used.size === 0 || used.has(kind)).flatMap(([kind, scope]) => kind.describe(scope)),
  );
  return [...new Set(lines)];
}
