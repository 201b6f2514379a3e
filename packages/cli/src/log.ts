import { followCalls, readCalls, type CallView } from "@postern/evidence";
import { callDetails } from "./call-details.ts";
import type { Command } from "./command.ts";
import { evidenceFileOf } from "./evidence-file-of.ts";
import { filterFrom, filterOptions } from "./log-filter.ts";
import { logLayout } from "./log-rows.ts";
import { usageKeyFrom, usageLines } from "./log-usage.ts";
import { flagOf, readOptions } from "./options.ts";
import { jsonLine } from "./printable.ts";
import { paint, terminalOf } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const help = `postern log: the calls in the evidence log, newest last.

Usage: postern log [filters] [--follow] [--json] [--evidence FILE]

Which calls (all that are given must hold):
  --principal ID   --tenant ID   --server NAME   --tool NAME   --route ID
  --lane ID        credential lane          --owner ID       whose budget paid
  --decision allow|deny                     --code CODE      such as path.outside_root or fs.not_found
  --outcome ok|failed|cancelled|denied|unfinished|unknown
  --target PREFIX  start of a target, as it came or as it was proven
  --since, --until TIME                     10m, 2h, 3d ago, or RFC 3339: 2026-11-22T08:00:00Z
  --unfinished     decided, and without an outcome: still running, or its process died
  --call ID        one call, with everything that is known about it
  --limit N        the newest N of them (default 50)

How:
  --by WHAT        how much was used by each owner, principal, tenant, lane, tool or code: calls, denied ones among them,
                   bytes, estimated cost, and the share of each in percent; the most costly first
  --follow         keep printing calls as they are decided; Ctrl-C ends it
  --json           one object per line, stable names
  --evidence FILE  default: POSTERN_EVIDENCE, else evidence.db in the state directory

Examples:
  What was refused today?               postern log --decision deny --since 1d
  Who reached for this folder?          postern log --target /srv/notes/ --limit 1000
  Which calls never finished?           postern log --unfinished
  Who used up the shared quota?         postern log --by owner --since 1h
  And who of this owner's callers?      postern log --by principal --owner me --since 1h
  Watch an agent work:                  postern log --follow
`;

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(argv, {
    ...filterOptions,
    by: { type: "string" },
    follow: { type: "boolean", short: "f" },
    json: { type: "boolean" },
    evidence: { type: "string" },
  });
  if (positionals.length > 0) throw new UsageError(`log takes no argument ${JSON.stringify(positionals[0])}`);
  const filter = filterFrom(values, Date.now());
  const by = usageKeyFrom(values);
  const file = evidenceFileOf(values);
  const json = flagOf(values, "json");
  const terminal = terminalOf(process.stdout, process.env);
  if (by !== undefined) {
    const lines = usageLines(file, by, filter, { json, terminal });
    for (const line of lines) process.stdout.write(`${line}\n`);
    if (!json && lines.length === 0) process.stderr.write("No call in this log fits.\n");
    return 0;
  }
  const calls = readCalls(file, filter);

  const [only] = calls;
  if (filter.call !== undefined && !json && !flagOf(values, "follow")) {
    if (only === undefined) process.stderr.write("postern: no such call in this log\n");
    else process.stdout.write(callDetails(only, terminal));
    return only === undefined ? 1 : 0;
  }
  const layout = logLayout(calls, terminal);
  const print = (call: CallView) => process.stdout.write(`${json ? jsonLine(call) : layout.line(call)}\n`);
  if (!json && (calls.length > 0 || flagOf(values, "follow"))) process.stdout.write(`${paint(terminal, "strong", layout.head)}\n`);
  if (!flagOf(values, "follow")) {
    for (const call of calls) print(call);
    if (!json && calls.length === 0) process.stderr.write("No call in this log fits.\n");
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  // starts with the same newest calls by itself, so that none is lost between the first page and the rest.
  for await (const call of followCalls(file, filter, { signal: stop.signal })) print(call);
  return 0;
}

export const logCommand: Command = { help, run };
