import type { DenialCode, Policy, RouteCard } from "@postern/policy";
import type { Guard } from "@postern/runtime";
import { principalIn } from "./principal-in.ts";
import { sampleArguments } from "./sample-arguments.ts";

/** One neighbor, tried against the real guard. */
export interface NeighborRun {
  readonly server: string;
  readonly route: string;
  readonly principal: string;
  readonly tool: string;
  /** What it stands for (`parent`), or that the file spells it out. */
  readonly name: string;
  readonly from: "derived" | "written";
  /** The value just outside the card, for those that are derived. */
  readonly raw?: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly expected: "allow" | "deny";
  /** The codes that count as the right refusal; empty: any. */
  readonly codes: readonly DenialCode[];
  readonly decision: "allow" | "deny";
  readonly code?: DenialCode;
  readonly rule: string;
  readonly pass: boolean;
  /** Why it did not pass. */
  readonly fault?: string;
}

/**
 * Tries every neighbor of one server's cards: those that its target kinds derive, then those that the file spells out.
 * Each one goes through the guard's own `explain`, the steps of a real call up to the one card; nothing is recorded,
 * charged, opened for reading or run.
 */
export async function runNeighbors(guard: Guard, policy: Policy): Promise<readonly NeighborRun[]> {
  const runs: NeighborRun[] = [];
  for (const { card, principal, tool: name, targets, neighbor } of guard.neighbors()) {
    const tool = guard.definition.tools.find((each) => each.name === name);
    const [target] = targets;
    if (tool === undefined || target === undefined) throw new Error(`the neighbor ${neighbor.name} of ${card.id} names no tool or target of its server`);
    const raw = target.kind.show(target.raw);
    const asked = {
      card,
      principal,
      tool: name,
      name: neighbor.name,
      from: "derived" as const,
      raw,
      arguments: sampleArguments(tool, target.argument, target.raw),
    };
    runs.push(await tried(guard, policy, { ...asked, expected: "deny", codes: neighbor.codes }));
  }
  for (const card of policy.routes.filter(({ server }) => server === guard.definition.name)) {
    for (const principal of card.principals) {
      for (const expected of ["allow", "deny"] as const) {
        for (const { tool, arguments: given, code } of card.neighbors[expected]) {
          const asked = { card, principal, tool, name: `written: ${expected}`, from: "written" as const, arguments: given };
          runs.push(await tried(guard, policy, { ...asked, expected, codes: code === undefined ? [] : [code] }));
        }
      }
    }
  }
  return runs;
}

type Asked = Pick<NeighborRun, "principal" | "tool" | "name" | "from" | "raw" | "arguments" | "expected" | "codes"> & { readonly card: RouteCard };

async function tried(guard: Guard, policy: Policy, { card, ...asked }: Asked): Promise<NeighborRun> {
  // the report does not say why other cards do not carry it, and asking them all for each neighbor would be quadratic.
  const explained = await guard.explain({
    principal: principalIn(policy, asked.principal),
    tool: asked.tool,
    arguments: asked.arguments,
    trace: "tried",
  });
  const { decision, code, rule } = explained;
  const fault = faultOf(asked, decision, code);
  return {
    server: guard.definition.name,
    route: card.id,
    ...asked,
    decision,
    ...(code === undefined ? {} : { code }),
    rule,
    pass: fault === undefined,
    ...(fault === undefined ? {} : { fault }),
  };
}

function faultOf({ expected, codes }: Pick<NeighborRun, "expected" | "codes">, decision: "allow" | "deny", code: DenialCode | undefined): string | undefined {
  if (decision !== expected) return expected === "deny" ? "ALLOWED, and it must be denied" : `denied ${code ?? ""}, and it must be allowed`;
  if (expected === "allow" || codes.length === 0 || (code !== undefined && codes.includes(code))) return undefined;
  return `denied ${code ?? ""}, and not ${codes.join(" or ")}`;
}
