import type { Candidates } from "./candidates.ts";
import type { MatchTool } from "./matcher.ts";
import type { OpenCard } from "./open-cards.ts";
import type { PolicyProblem } from "./policy-error.ts";
import type { PrincipalView } from "./principal-views.ts";
import type { AnyTargetKind } from "./target-kind.ts";

/** One pair of cards between which no call could choose. */
interface Overlap {
  readonly one: OpenCard;
  readonly other: OpenCard;
  readonly target: string;
}

/** More would only bury the first ones. */
const mostReported = 50;

/**
 * The overlaps of a whole policy: two cards that both govern a target for one principal and one tool, with neither
 * narrower. Candidates that principals and tools share are looked at once.
 */
export function overlapProblems(file: string, views: ReadonlyMap<string, PrincipalView>, tools: ReadonlyMap<string, MatchTool>): readonly PolicyProblem[] {
  const problems = new Map<string, PolicyProblem>();
  const checked = new Map<Candidates, Set<string>>();
  for (const [principal, view] of views) {
    for (const [name, candidates] of view.tools) {
      const tool = tools.get(name);
      if (tool === undefined) continue;
      const kinds = [...new Set(tool.uses.map((use) => use.kind.name))].toSorted().join();
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

/**
 * Pairs of candidates for one tool that both govern some target of each of its kinds, with neither narrower. Asks kinds
 * only about scopes that share a key, so ten thousand cards with different targets cost ten thousand look-ups, not pairs.
 */
function overlapsIn(candidates: Candidates, tool: MatchTool): readonly Overlap[] {
  const [kind, ...others] = new Set(tool.uses.map((use) => use.kind));
  // A tool without targets is given by each of its cards alike: there is nothing to choose between.
  if (kind === undefined) return [];
  const found = new Map<number, Overlap>();
  for (const bucket of bucketsOf(kind, candidates.scopes(kind))) {
    for (const [low, high] of pairsOf(bucket)) {
      const texts = [];
      for (const each of [kind, ...others]) texts.push(each.overlap(candidates.scopes(each)[low], candidates.scopes(each)[high]));
      const [one, other] = [candidates.cards[low], candidates.cards[high]];
      if (one === undefined || other === undefined || texts.includes(undefined)) continue;
      found.set(low * candidates.cards.length + high, { one, other, target: texts.join(" with ") });
      if (found.size === mostReported) return [...found.values()];
    }
  }
  return [...found.values()];
}

function* pairsOf(bucket: readonly number[]): Generator<readonly [low: number, high: number]> {
  for (const [place, low] of bucket.entries()) {
    for (let next = place + 1; next < bucket.length; next++) yield [low, bucket[next] ?? low];
  }
}

function overlapProblem(file: string, principal: string, tool: string, { one, other, target }: Overlap): PolicyProblem {
  const where = one.card.line === 0 ? "" : ` (line ${one.card.line})`;
  return {
    file,
    line: other.card.line,
    column: other.card.column,
    path: `card ${other.card.id} targets`,
    message: `covers ${target} for ${principal} and ${tool} just as card ${one.card.id}${where} does; exactly one card may carry a call, so narrow or remove one`,
  };
}

function bucketsOf(kind: AnyTargetKind, scopes: readonly unknown[]): Iterable<readonly number[]> {
  if (kind.keys === undefined) return [[...scopes.keys()]];
  const buckets = new Map<string, number[]>();
  for (const [position, scope] of scopes.entries()) {
    for (const key of new Set(kind.keys(scope))) {
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [position]);
      else bucket.push(position);
    }
  }
  return buckets.values();
}
