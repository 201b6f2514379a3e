import { parsePolicy, PolicyError, problemLine, type Policy, type PolicyProblem } from "@postern/policy";
import { loadGuard, readPolicySource, type Guard, type ServerDefinition } from "@postern/runtime";
import { checkText, type CheckReport } from "./check-text.ts";
import type { Command } from "./command.ts";
import { evidenceFilesOf } from "./evidence-file-of.ts";
import { grantsOf, type Grant } from "./grants.ts";
import { installedServers, type InstalledServers } from "./installed.ts";
import { runNeighbors, type NeighborRun } from "./neighbor-runs.ts";
import { flagOf, readOptions, textOf, textsOf } from "./options.ts";
import { jsonLine } from "./printable.ts";
import { terminalOf } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const help = `postern check: what a policy allows to whom, and whether what lies just outside it is refused.

Loads the policy as the servers do, with every server of its cards that is installed here. Then tries the neighbors of
each card against the real guard: those derived from its targets (parent, sibling, link out, protected name, …) must be
denied with the right code; those written in the file must be decided as written. Nothing is recorded, charged or run.

Usage: postern check --policy FILE [--json]

  --policy FILE    the route cards
  --evidence FILE  the log that the servers would use, which no card can give (default: as for postern log)
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
    evidence: { type: "string" },
    load: { type: "string", multiple: true },
    json: { type: "boolean" },
  });
  const file = textOf(values, "policy");
  if (positionals.length > 0 || file === undefined) throw new UsageError("check takes --policy FILE and no other argument");
  const json = flagOf(values, "json");
  const installed = await installedServers(textsOf(values, "load"));
  try {
    const report = await reportOn(file, installed, evidenceFilesOf(values));
    process.stdout.write(json ? `${jsonLine(report)}\n` : checkText(report, terminalOf(process.stdout, process.env)));
    return report.pass ? 0 : 1;
  } catch (error) {
    if (!json || !(error instanceof PolicyError)) throw error;
    process.stdout.write(`${jsonLine({ file, pass: false, problems: error.problems })}\n`);
    return 1;
  }
}

async function reportOn(file: string, installed: InstalledServers, own: readonly string[]): Promise<CheckReport> {
  const source = readPolicySource(file);
  // which servers it names is known before any of them is loaded; each one then judges the targets of its own cards.
  const policy = parsePolicy(source.text, source.file, []);
  const named = serversNamedIn(policy);
  const definitions: ServerDefinition[] = [];
  for (const name of named) {
    const definition = await installed.definition(name);
    if (definition !== undefined) definitions.push(definition);
  }
  const checked = definitions.map(({ name }) => name);
  const grants: Grant[] = [];
  const neighbors: NeighborRun[] = [];
  const notes = new Map(policy.notes.map((note) => [problemLine(note), note]));
  for (const guard of guardsOf(definitions, file, own)) {
    try {
      for (const note of guard.policy.notes) if (!isOfOther(note, policy, checked)) notes.set(problemLine(note), note);
      grants.push(...grantsOf(guard, guard.policy));
      neighbors.push(...(await runNeighbors(guard, guard.policy)));
    } finally {
      await guard.close();
    }
  }
  const skipped = named.filter((name) => !checked.includes(name));
  const guarantees = definitions.flatMap((definition) => definition.guarantee?.() ?? []);
  const pass = neighbors.every((tried) => tried.pass) && (checked.length > 0 || named.length === 0);
  const { digest, principals, routes } = policy;
  const approvals = routes.filter(({ server, approval }) => approval === "required" && checked.includes(server)).map(({ id }) => id);
  return {
    file,
    digest,
    principals: principals.length,
    cards: routes.length,
    checked,
    skipped,
    guarantees,
    notes: [...notes.values()].toSorted((one, other) => one.line - other.line || one.column - other.column),
    grants,
    approvals,
    neighbors,
    pass,
  };
}

/** The guards of all servers, or every problem that any of them has with the file, once each. */
function guardsOf(definitions: readonly ServerDefinition[], file: string, own: readonly string[]): readonly Guard[] {
  const problems = new Map<string, PolicyProblem>();
  const guards: Guard[] = [];
  for (const definition of definitions) {
    try {
      guards.push(loadGuard({ definition, policy: { file }, own }).guard);
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      for (const problem of error.problems) problems.set(JSON.stringify(problem), problem);
    }
  }
  if (problems.size > 0) throw new PolicyError([...problems.values()]);
  return guards;
}

/** One server takes the name of another that is here too for a slip. */
function isOfOther({ path }: PolicyProblem, { routes }: Policy, servers: readonly string[]): boolean {
  const [, index] = /^routes\.(\d+)\.server$/.exec(path) ?? [];
  return index !== undefined && servers.includes(routes[Number(index)]?.server ?? "");
}

function serversNamedIn(policy: Policy): readonly string[] {
  return [...new Set(policy.routes.map(({ server }) => server))].toSorted();
}

export const checkCommand: Command = { help, run };
