import { PolicyError, type Policy, type PolicyProblem } from "@postern/policy";
import type { ServerDefinition } from "@postern/runtime";
import { checkText, type CheckReport } from "./check-text.ts";
import type { Command } from "./command.ts";
import { grantsOf } from "./grants.ts";
import { installedServers, type InstalledServers } from "./installed.ts";
import { runNeighbors } from "./neighbor-runs.ts";
import { flagOf, readOptions, textOf, textsOf } from "./options.ts";
import { policyFor } from "./policy-for.ts";
import { jsonLine } from "./printable.ts";
import { terminalOf } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const help = `postern check: what a policy allows to whom, and whether what lies just outside it is refused.

Loads the policy as the servers do, with every server of its cards that is installed here. Then tries the neighbors of
each card against the real guard: those derived from its targets (parent, sibling, link out, protected name, …) must be
denied with the right code; those written in the file must be decided as written. Nothing is recorded, charged or run.

Usage: postern check --policy FILE [--json]

  --policy FILE    the route cards
  --load MODULE    a package or file with a server definition of another name; repeatable
  --json           everything as one object

Exit codes: 0 every neighbor is decided as it must be, 1 one is not or the policy cannot be used, 2 wrong usage.

Examples:
  postern check --policy postern.yaml
  postern check --policy postern.yaml --json | jq '.neighbors[] | select(.pass | not)'
`;

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(argv, {
    policy: { type: "string" },
    load: { type: "string", multiple: true },
    json: { type: "boolean" },
  });
  const file = textOf(values, "policy");
  if (positionals.length > 0 || file === undefined) throw new UsageError("check takes --policy FILE and no other argument");
  const json = flagOf(values, "json");
  const installed = await installedServers(textsOf(values, "load"));
  try {
    const report = await reportOn(file, installed);
    process.stdout.write(json ? `${jsonLine(report)}\n` : checkText(report, terminalOf(process.stdout, process.env)));
    return report.pass ? 0 : 1;
  } catch (error) {
    if (!json || !(error instanceof PolicyError)) throw error;
    process.stdout.write(`${jsonLine({ file, pass: false, problems: error.problems })}\n`);
    return 1;
  }
}

async function reportOn(file: string, installed: InstalledServers): Promise<CheckReport> {
  // which servers it names is known before any of them is loaded; their targets are judged the second time.
  const named = serversNamedIn((await policyFor({ definitions: [], file })).policy);
  const definitions: ServerDefinition[] = [];
  for (const name of named) {
    const definition = await installed.definition(name);
    if (definition !== undefined) definitions.push(definition);
  }
  const { policy, openGuard } = await policyFor({ definitions, file });
  const grants: CheckReport["grants"][number][] = [];
  const neighbors: CheckReport["neighbors"][number][] = [];
  for (const definition of definitions) {
    const guard = openGuard(definition);
    try {
      grants.push(...grantsOf(guard, policy));
      neighbors.push(...(await runNeighbors(guard, policy)));
    } finally {
      await guard.close();
    }
  }
  const notes: readonly PolicyProblem[] = policy.notes;
  const checked = definitions.map(({ name }) => name);
  const skipped = named.filter((name) => !checked.includes(name));
  const pass = neighbors.every((tried) => tried.pass) && (checked.length > 0 || named.length === 0);
  return { file, digest: policy.digest, principals: policy.principals.length, cards: policy.routes.length, checked, skipped, notes, grants, neighbors, pass };
}

function serversNamedIn(policy: Policy): readonly string[] {
  return [...new Set(policy.routes.map(({ server }) => server))].toSorted();
}

export const checkCommand: Command = { help, run };
