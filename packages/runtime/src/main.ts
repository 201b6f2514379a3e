import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { SqliteEvidenceLog } from "@postern/evidence";
import { defaultEvidenceFile, openEvidence } from "@postern/evidence/open";
import { problemLine, type PolicyProblem } from "@postern/policy";
import { readCommandLine, type ServeCommand } from "./command-line.ts";
import type { Guard } from "./guard.ts";
import { createLaneKeeper } from "./lane-keeper.ts";
import type { LaneState } from "./lanes.ts";
import { loadServing, type Loaded } from "./load-guard.ts";
import { reportInternal } from "./report-internal.ts";
import type { StdioCaller } from "./stdio-principal.ts";
import { tellOperator } from "./tell-operator.ts";
import type { ServerDefinition } from "./tool.ts";

/** The command line of a server. Resolves when it serves, or sets the exit code: 1 refused to start, 2 bad usage. */
export async function main(definition: ServerDefinition, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const name = `postern-${definition.name}`;
  const command = readCommandLine(definition, argv);
  switch (command.action) {
    case "help": {
      const { usage } = await import("./usage.ts");
      process.stdout.write(usage(definition));
      return;
    }
    case "version":
      process.stdout.write(`${name} ${definition.version}\n`);
      return;
    case "usage":
    case "refuse":
      tellOperator(`${name}: ${command.message}\n${command.action === "usage" ? `Try ${name} --help.\n` : ""}`);
      process.exitCode = command.action === "usage" ? 2 : 1;
      return;
    default:
      break;
  }
  try {
    await run(definition, command);
  } catch (error) {
    reportInternal("start", error);
    tellOperator(`${name}: refused to start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function run(definition: ServerDefinition, command: ServeCommand): Promise<void> {
  const file = resolve(command.evidence ?? defaultEvidenceFile(process.env, homedir(), process.platform));
  const log = await openEvidence({ file, server: definition.name });
  try {
    await start(definition, command, file, log);
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function start(definition: ServerDefinition, command: ServeCommand, file: string, log: SqliteEvidenceLog): Promise<void> {
  // For every load: the working directory may be another one by then.
  const policy = "file" in command.policy ? { file: resolve(command.policy.file) } : command.policy;
  const keeper = createLaneKeeper(process.env);
  const own = [file, `${file}-wal`, `${file}-shm`, ...stateDirectory(), cacheDirectory()];
  const named = command.principal !== undefined && { principal: command.principal };
  const load = (): Promise<Loaded> => loadServing({ definition, policy, log, state: dirname(file), own, ...named }, keeper);
  const { guard, caller, lanes } = await load();
  if (command.action === "check") {
    const { checkReport } = await import("./check-report.ts");
    const served = command.http === undefined ? undefined : await (await import("./http/http-report.ts")).httpReport(guard.policy, command.http);
    process.stdout.write(checkReport({ guard, caller, lanes }, file, served?.lines));
    if (served?.serves === false) process.exitCode = 1;
    // who was asked for by name and is not there is a mistake; a policy for others only is none.
    if (command.principal !== undefined && caller.problem !== undefined) process.exitCode = 1;
    await guard.close();
    await log.close();
    return;
  }
  const serving = {
    guard,
    log,
    async prepare(): Promise<void> {
      // a promise that does not hold here ends the start; the lines are for --check.
      definition.guarantee?.();
      definition.beforeServing?.();
      await log.recordPolicy(guard.policy.digest);
      if (command.http === undefined) greet(definition, guard, caller, file);
      else tellOperator(`postern-${definition.name} ${definition.version}: evidence in ${file}\n`);
      tellNotes(guard.policy.notes);
      tellMissing(lanes);
      void guard.tend();
    },
    async reload(): Promise<Loaded> {
      if ("targets" in command.policy) throw new Error("it was made from the command line");
      const next = await load();
      await log.recordPolicy(next.guard.policy.digest);
      tellNotes(next.guard.policy.notes);
      tellMissing(next.lanes);
      void next.guard.tend();
      return next;
    },
  };
  if (command.http !== undefined) {
    const { serveHttp } = await import("./http/serve-http.ts");
    await serveHttp({ ...serving, bind: command.http });
    return;
  }
  const { serveStdio } = await import("./serve-stdio.ts");
  serveStdio({ ...serving, caller });
}

/** Where servers keep their evidence when nothing else is said: no card of this one gives another's log. */
function stateDirectory(): readonly string[] {
  try {
    return [dirname(defaultEvidenceFile({ ...process.env, POSTERN_EVIDENCE: "" }, homedir(), process.platform))];
  } catch {
    return [];
  }
}

/** Where the commands keep the code that Node compiled for them: it runs at the next start. */
function cacheDirectory(): string {
  const { XDG_CACHE_HOME: cache } = process.env;
  return join(cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), ".cache"), "postern");
}

/** What a person sees of a start. */
function greet(definition: ServerDefinition, guard: Guard, caller: StdioCaller, file: string): void {
  const tools = guard.toolsFor(caller.principal).length;
  tellOperator(`postern-${definition.name} ${definition.version}: ${tools} tools for ${caller.claimed}, evidence in ${file}\n`);
  if (caller.problem !== undefined) tellOperator(`postern: nothing is allowed: ${caller.problem}\n`);
  else if (tools === 0) tellOperator(`postern: nothing is allowed: no route card gives ${caller.claimed} anything here\n`);
}

/** What was served as it is written, and is hardly meant so. */
function tellNotes(notes: readonly PolicyProblem[]): void {
  for (const note of notes.slice(0, mostNotes)) tellOperator(`postern: note: ${problemLine(note)}\n`);
  if (notes.length > mostNotes) tellOperator(`postern: note: and ${notes.length - mostNotes} more; --check tells them all\n`);
}

const mostNotes = 20;

/** Its calls are denied, and the reason names files: nobody else hears it. */
function tellMissing(lanes: readonly LaneState[]): void {
  for (const { name, availability } of lanes) {
    if (availability.state === "missing") tellOperator(`postern: the credential ${name} is missing, calls that need it are denied: ${availability.reason}\n`);
  }
}
