import { didYouMean } from "@postern/policy";
import type { Command } from "./command.ts";
import { printable } from "./printable.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

interface Entry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loaded when it is asked for: reading the log needs no policy, and a policy no log. */
  load(): Promise<Command>;
}

const commands: readonly Entry[] = [
  { name: "log", summary: "what happened: filter, follow and export the recorded calls", load: async () => (await import("./log.ts")).logCommand },
  {
    name: "explain",
    summary: "may this call be made, and why: a dry run that changes nothing",
    load: async () => (await import("./explain.ts")).explainCommand,
  },
  {
    name: "check",
    summary: "who may do what under a policy, and whether its neighbors are refused",
    load: async () => (await import("./check.ts")).checkCommand,
  },
  { name: "keygen", summary: "make an API key for a caller over HTTP", load: async () => (await import("./keygen.ts")).keygenCommand },
];

const help = `postern: the operator's command for Postern servers. It reads policies and evidence and changes neither.

Usage: postern <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`).join("\n")}

What has happened?            postern log
What was refused, and why?    postern log --decision deny --since 1d
May this call be made?        postern explain filesystem-read read_text_file '{"path":"notes/a.md"}' --policy postern.yaml
Who may do what?              postern check --policy postern.yaml

postern <command> --help says more. Exit codes: 0 yes, 1 no or not possible, 2 wrong usage.
`;

async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    process.stderr.write(help);
    return 2;
  }
  if (name === "--help" || name === "-h" || (name === "help" && rest[0] === undefined)) {
    process.stdout.write(help);
    return 0;
  }
  if (name === "--version") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const asked = name === "help" ? (rest[0] ?? "") : name;
  const entry = commands.find((each) => each.name === asked);
  if (entry === undefined) {
    const known = commands.map((each) => each.name);
    const near = didYouMean(asked, known);
    throw new UsageError(`unknown command ${printable(asked)}; ${near === undefined ? `the commands are ${known.join(", ")}` : `did you mean ${near}?`}`);
  }
  const command = await entry.load();
  if (name === "help" || helpAsked(rest)) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${error.message} (see postern ${asked} --help)`);
    throw error;
  }
}

/** Help is asked for before a `--`; what follows belongs to the call that is explained. */
function helpAsked(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

// `postern log | head` closes the pipe while we write: that is an end, not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`postern: ${message.split("\n").map(printable).join("\n  ")}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
