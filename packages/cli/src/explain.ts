import { denialCodes, type Principal } from "@postern/policy";
import { loadGuard, readCommandLine, type Explanation, type PolicyOrigin, type ServerDefinition } from "@postern/runtime";
import { targetLines } from "./call-details.ts";
import type { Command } from "./command.ts";
import { evidenceFilesOf } from "./evidence-file-of.ts";
import { installedServers } from "./installed.ts";
import { flagOf, readOptions, textOf, textsOf } from "./options.ts";
import { callerIn } from "./principal-in.ts";
import { jsonLine, printable } from "./printable.ts";
import { tableText } from "./table.ts";
import { paint, terminalOf, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const help = `postern explain: would this call be allowed, by which card, and why or why not; and what would it do.

The same guard that serves decides. Nothing is recorded, charged or run, and no content is read. Of a call that changes
something it says what would be made, replaced, moved or deleted as things stand now, or with which code it would fail.

Usage: postern explain <server> <tool> <arguments as JSON> --policy FILE [--principal ID] [--json]
       postern explain <server> <tool> <arguments as JSON> [options] -- <the server's own flags and roots>

  --policy FILE    the route cards
  --principal ID   who calls (default: the policy's one local principal)
  --evidence FILE  the log that the server would use, which no card can give (default: as for postern log)
  --load MODULE    a package or file with a server definition of another name; repeatable
  --json           the decision as one object

Exit codes: 0 allowed, 1 denied or not possible, 2 wrong usage.

Examples:
  May I read this note?         postern explain filesystem-read read_text_file '{"path":"notes/a.md"}' --policy postern.yaml
  Under a plain command line?   postern explain filesystem-read list_directory '{"path":"/srv"}' -- /srv/notes
  As another caller?            postern explain filesystem-read read_text_file '{"path":"/etc/passwd"}' --policy postern.yaml --principal research
`;

async function run(argv: readonly string[]): Promise<number> {
  const end = argv.indexOf("--");
  const serverFlags = end === -1 ? undefined : argv.slice(end + 1);
  const { values, positionals } = readOptions(end === -1 ? argv : argv.slice(0, end), {
    policy: { type: "string" },
    principal: { type: "string" },
    evidence: { type: "string" },
    load: { type: "string", multiple: true },
    json: { type: "boolean" },
  });
  const [name, tool, json, ...more] = positionals;
  if (name === undefined || tool === undefined || json === undefined || more.length > 0) {
    throw new UsageError(`explain takes a server, a tool and its arguments as one JSON object, not ${positionals.length} words`);
  }
  const given = argumentsOf(json);
  const definition = await (await installedServers(textsOf(values, "load"))).definition(name);
  if (definition === undefined) throw new UsageError(`no server ${printable(name)} is installed; --load names one of another package`);

  const wanted = textOf(values, "principal");
  const { guard } = loadGuard({ definition, ...originOf(definition, textOf(values, "policy"), serverFlags, wanted), own: evidenceFilesOf(values) });
  try {
    const caller = callerIn(guard.policy, wanted);
    const explained = await guard.explain({ principal: caller, tool, arguments: given });
    const call = { server: definition.name, tool, principal: caller.id };
    process.stdout.write(
      flagOf(values, "json") ? `${jsonLine({ ...call, ...explained })}\n` : pretty(explained, tool, caller, terminalOf(process.stdout, process.env)),
    );
    return explained.decision === "allow" ? 0 : 1;
  } finally {
    await guard.close();
  }
}

/** The policy of `--policy`, or the one that the server itself would make of its flags. */
function originOf(
  definition: ServerDefinition,
  file: string | undefined,
  serverFlags: readonly string[] | undefined,
  principal: string | undefined,
): { readonly policy: PolicyOrigin; readonly principal?: string } {
  if ((file === undefined) === (serverFlags === undefined)) throw new UsageError("give either --policy FILE or, after --, the server's own flags");
  if (file !== undefined) return { policy: { file } };
  const command = readCommandLine(definition, serverFlags ?? []);
  if ("message" in command) throw new UsageError(`the server does not take these flags: ${command.message}`);
  if (!("policy" in command)) throw new UsageError("after -- stand the flags with which the server would serve");
  const named = principal ?? command.principal;
  return { policy: command.policy, ...(named !== undefined && { principal: named }) };
}

function argumentsOf(json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`the arguments are no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError('the arguments are one JSON object, such as \'{"path":"a.md"}\'');
  return value as Readonly<Record<string, unknown>>;
}

function pretty(explained: Explanation, tool: string, caller: Principal, terminal: Terminal): string {
  const { decision, code, rule, message, route, approval, scopes, targets, trace, would, fails } = explained;
  const verdict = decision === "allow" ? paint(terminal, "good", "ALLOWED") : paint(terminal, "bad", `DENIED ${code ?? ""}`.trimEnd());
  const lines = [`${verdict}  ${printable(tool)} for ${printable(caller.id)}`, printable(message)];
  if (code !== undefined && denialCodes[code] !== message) lines.push(paint(terminal, "dim", `${code}: ${denialCodes[code]}`));
  lines.push("", `rule      ${printable(rule)}`);
  if (route !== undefined) lines.push(`route     ${printable(route)}${decision === "deny" ? " (came nearest)" : ""}`);
  if (would !== undefined) lines.push(`would     ${printable(would)}${fails === undefined ? "" : ` (${fails})`}`);
  if (approval !== undefined) lines.push("approval  a human is asked before the call runs");
  if (scopes !== undefined) lines.push(`scope     the caller's token needs ${scopes.join(" ")}`);
  lines.push(...targets.flatMap((target) => targetLines(target)));
  if (trace.length > 1 || trace.some(({ reason }) => reason !== message)) {
    const rows = trace.map((tried) => [tried.route, tried.code, tried.reason]);
    lines.push("", `Cards that ${decision === "allow" ? "would not carry it" : "were tried"}:`, tableText(terminal, ["CARD", "CODE", "WHY"], rows));
  }
  return `${lines.join("\n")}\n`;
}

export const explainCommand: Command = { help, run };
