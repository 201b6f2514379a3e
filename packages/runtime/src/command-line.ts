import { parseArgs } from "node:util";
import { readBind, type Bind } from "./http/bind.ts";
import type { PolicyOrigin } from "./load-guard.ts";
import type { ServerDefinition } from "./tool.ts";

export interface ServeCommand {
  readonly action: "serve" | "check";
  readonly policy: PolicyOrigin;
  readonly principal?: string;
  readonly evidence?: string;
  /** Where to serve HTTP instead of stdio. */
  readonly http?: Bind;
}

export type Command =
  | ServeCommand
  | { readonly action: "help" | "version" }
  /** The command line cannot be meant: one line why. */
  | { readonly action: "usage" | "refuse"; readonly message: string };

const common = {
  policy: { type: "string" },
  principal: { type: "string" },
  http: { type: "string" },
  evidence: { type: "string" },
  check: { type: "boolean" },
  version: { type: "boolean", short: "v" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line of one server. Nothing is opened or read for it. */
export function readCommandLine({ quickStart }: Pick<ServerDefinition, "quickStart">, argv: readonly string[]): Command {
  const own = Object.fromEntries(Object.keys(quickStart?.options ?? {}).map((name) => [name, { type: "string", multiple: true } as const]));
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: { ...own, ...common }, allowPositionals: true, strict: true });
  } catch (error) {
    return { action: "usage", message: error instanceof Error ? error.message : "the options cannot be read" };
  }
  const values: Readonly<Record<string, unknown>> = parsed.values;
  if (values["help"] === true) return { action: "help" };
  if (values["version"] === true) return { action: "version" };

  const { positionals } = parsed;
  const options: Record<string, readonly string[]> = {};
  for (const name of Object.keys(own)) options[name] = (values[name] as readonly string[] | undefined) ?? [];
  if (positionals.length > 0 && quickStart?.positionals === undefined) {
    return { action: "usage", message: `unexpected argument ${JSON.stringify(positionals[0])}` };
  }
  const blank = [...positionals, ...Object.values(values).flat()].some((value) => value === "");
  if (blank) return { action: "usage", message: "an empty value allows nothing; leave the option out or name what is meant" };
  const http = typeof values["http"] === "string" ? readBind(values["http"]) : undefined;
  if (typeof values["http"] === "string") {
    if (http === undefined) return { action: "usage", message: "--http takes HOST:PORT, like 127.0.0.1:8080 or [::1]:8080" };
    if (typeof values["policy"] !== "string") return { action: "refuse", message: "--http needs --policy FILE with principals that can authenticate" };
    if (typeof values["principal"] === "string")
      return { action: "usage", message: "--principal names the local user of stdio; over HTTP each caller proves who it is" };
  }

  const file = values["policy"];
  const given = positionals.length > 0 || Object.values(options).some((list) => list.length > 0);
  if (typeof file === "string" && given) {
    return { action: "usage", message: "--policy says what is allowed; give either it or targets on the command line" };
  }
  if (quickStart === undefined && typeof file !== "string")
    return { action: "refuse", message: "--policy FILE is needed: what there is to do is declared there" };
  return {
    action: values["check"] === true ? "check" : "serve",
    policy: typeof file === "string" ? { file } : { targets: given ? quickStart?.targets({ positionals, options }) : undefined },
    ...(typeof values["principal"] === "string" && { principal: values["principal"] }),
    ...(http !== undefined && { http }),
    ...(typeof values["evidence"] === "string" && { evidence: values["evidence"] }),
  };
}
