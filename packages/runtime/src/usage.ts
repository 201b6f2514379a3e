import type { ServerDefinition } from "./tool.ts";

function environment(quickStart: ServerDefinition["quickStart"]): readonly string[] {
  const { credential } = quickStart ?? {};
  if (credential === undefined) return [];
  return [
    "Environment",
    `  ${credential.variables.join(", ")}`,
    `    the first that is set goes along to ${credential.hosts.join(", ")}, where there is no --policy`,
    "",
  ];
}

/** The text of `--help`. */
export function usage({ name, instructions, quickStart }: ServerDefinition): string {
  const binary = `postern-${name}`;
  const positionals = quickStart?.positionals === undefined ? "" : ` [${quickStart.positionals} …]`;
  const own = Object.entries(quickStart?.options ?? {}).map(([option, { value, help }]): [string, string] => [`--${option} ${value}`, `${help} (repeatable)`]);
  const example = quickStart?.positionals === undefined ? own[0]?.[0] : "~/notes";
  const options: readonly (readonly [string, string])[] = [
    [
      "--policy FILE",
      quickStart === undefined ? "route cards; needed, since they declare the tools" : "route cards; without it, one card is made from this command line",
    ],
    ...own,
    ["--principal ID", "the id of the local user in the policy (default: its one stdio principal)"],
    ["--evidence FILE", "the evidence log (default: POSTERN_EVIDENCE, or evidence.db in the state directory)"],
    ["--check", "load everything, print what is allowed to whom and what is guaranteed here, serve nothing"],
    ["--http HOST:PORT", "serve at http://HOST:PORT/mcp instead of stdio, to principals that prove who they are; needs --policy"],
    ["--version, --help", ""],
  ];
  const width = Math.max(...options.map(([option]) => option.length)) + 2;
  return [
    `Usage: ${binary} [options]${positionals}`,
    "",
    instructions,
    "Speaks the Model Context Protocol on stdin and stdout, where an MCP client starts it, or over HTTP. Nothing is allowed that the command",
    "line or the policy does not name, and every call leaves its record in the evidence log (read it with: postern log).",
    "",
    "Options",
    ...options.map(([option, help]) => `  ${option.padEnd(width)}${help}`.trimEnd()),
    "",
    ...environment(quickStart),
    "Examples",
    ...(example === undefined ? [] : [`  ${binary} ${example}`]),
    `  ${binary} --policy postern.yaml --principal me`,
    `  ${binary} --policy postern.yaml --check`,
    "",
    "Exit status: 0 clean end, 1 refused to start, 2 bad usage",
    "",
  ].join("\n");
}
