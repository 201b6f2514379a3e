import { isDeepStrictEqual } from "node:util";
import { PolicyError, type PolicyProblem } from "./policy-error.ts";
import type { MatcherOptions, MatchTool } from "./matcher.ts";
import type { RouteCard } from "./route-card.ts";
import { schemaProblems } from "./schema-problems.ts";
import { targetOptions, targetsSchema } from "./server-shape.ts";
import type { AnyTargetKind } from "./target-kind.ts";

/** A card of this server whose targets are parsed and whose scopes are open. */
export interface OpenCard {
  readonly card: RouteCard;
  readonly scopes: ReadonlyMap<AnyTargetKind, unknown>;
  /** What its `targets` say of the server's own options, defaults filled in. */
  readonly options: Readonly<Record<string, string>>;
  /** Does the card give this tool anything at all to work on? What it does not give does not exist for its principals. */
  gives(tool: MatchTool): boolean;
}

/** All cards of one server, open together. */
export interface OpenCards {
  readonly cards: readonly OpenCard[];
  /** Runs what may throw; when it does, lets go of everything first. */
  orClose<Result>(action: () => Result): Result;
  /** Idempotent. */
  close(): void;
}

/** Opens every card of one server, or none: whatever was opened is let go of before it throws `PolicyError`. */
export function openCards(options: MatcherOptions): OpenCards {
  const { policy, server, tools } = options;
  const keys = targetOptions(options.options, tools);
  const kinds = [...new Set([...(options.kinds ?? []), ...tools.flatMap((tool) => tool.uses.map((use) => use.kind))])];
  const schema = targetsSchema({ name: server, kinds, options: keys });
  const opened = new Map<AnyTargetKind, unknown[]>();
  const close = (): void => {
    for (const [kind, scopes] of opened) for (const scope of scopes) kind.close(scope);
    opened.clear();
  };
  const orClose = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      close();
      throw error;
    }
  };

  const cards = orClose(() => {
    const problems: PolicyProblem[] = [];
    const open = policy.routes
      .filter((card) => card.server === server)
      .map((card) => openCard(card, schema, kinds, { ...options, options: keys }, opened, problems));
    if (problems.length > 0) throw new PolicyError(problems);
    return open.filter((each) => each !== undefined);
  });
  return { cards, orClose, close };
}

function openCard(
  card: RouteCard,
  schema: ReturnType<typeof targetsSchema>,
  kinds: readonly AnyTargetKind[],
  { policy: { file, network }, home, base, own, state, lanes, options = [] }: MatcherOptions,
  opened: Map<AnyTargetKind, unknown[]>,
  problems: PolicyProblem[],
): OpenCard | undefined {
  const report = (path: readonly PropertyKey[], message: string): void => {
    add({ file, line: card.line, column: card.column, path: `card ${card.id} ${path.join(".")}`, message });
  };
  // Kinds that read the same key find the same mistake in it.
  const add = (problem: PolicyProblem): void => {
    if (!problems.some((known) => isDeepStrictEqual(known, problem))) problems.push(problem);
  };
  const parsed = schema.safeParse(card.targets);
  if (!parsed.success) {
    for (const { path, message } of schemaProblems(parsed.error, schema, card.targets, ["targets"])) report(path, message);
    return undefined;
  }
  const scopes = new Map<AnyTargetKind, unknown>();
  const lane = card.credential === undefined ? undefined : lanes?.(card.credential);
  const approval = card.approval === "required" && { approval: card.approval };
  const known = { ...approval, ...(state !== undefined && { state }), ...(network !== undefined && { network }), ...(lane !== undefined && { lane }) };
  for (const kind of kinds) {
    try {
      const peers = opened.get(kind) ?? [];
      opened.set(kind, peers);
      const scope: unknown = kind.scope(parsed.data, { route: card.id, home, base, own, peers, ...known });
      peers.push(scope);
      scopes.set(kind, scope);
    } catch (error) {
      // Whatever a kind throws here means that the card cannot be honored; nothing is ignored and nothing is served.
      if (error instanceof PolicyError) error.problems.forEach(add);
      else report(["targets"], error instanceof Error ? error.message : String(error));
    }
  }
  if (scopes.size < kinds.length) return undefined;
  const said = Object.fromEntries(options.map(({ key }) => [key, String(parsed.data[key])]));
  return { card, scopes, options: said, gives: givesBy(card, said, scopes) };
}

function givesBy(card: RouteCard, options: Readonly<Record<string, string>>, scopes: ReadonlyMap<AnyTargetKind, unknown>): (tool: MatchTool) => boolean {
  const listed = card.tools === "*" ? undefined : new Set(card.tools);
  const read = new Map<AnyTargetKind, boolean>();
  const write = new Map<AnyTargetKind, boolean>();
  for (const [kind, scope] of scopes) {
    read.set(kind, kind.grants(scope, "read"));
    write.set(kind, kind.grants(scope, "write"));
  }
  const anything = scopes.size === 0 || [...read.values(), ...write.values()].includes(true);
  return (tool) => {
    if (listed !== undefined && !listed.has(tool.name)) return false;
    if (tool.offUnless !== undefined && (!Object.hasOwn(options, tool.offUnless) || options[tool.offUnless] !== "allow")) return false;
    // A tool without targets still belongs to a card that gives something: an empty card has no tools.
    if (tool.uses.length === 0) return anything;
    return tool.uses.every((use) => (use.access === "read" ? read : write).get(use.kind) === true);
  };
}
