import { didYouMean } from "@postern/policy";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "./usage-error.ts";

export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Options {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
}

/** Reads a command's options. An unknown one is an error that names the nearest known one; nothing is passed over. */
export function readOptions(argv: readonly string[], options: ParseArgsOptionsConfig): Options {
  const known = { ...options, help: { type: "boolean", short: "h" } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: known, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(explained(error, argv, Object.keys(known)));
  }
}

export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

export function textsOf(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

export function flagOf(values: OptionValues, name: string): boolean {
  return values[name] === true;
}

function explained(error: unknown, argv: readonly string[], known: readonly string[]): string {
  if (!(error instanceof Error)) return "the options cannot be read";
  if ((error as NodeJS.ErrnoException).code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return error.message.split("\n")[0] ?? error.message;
  const unknown = argv.map((word) => /^--?([^=]+)/.exec(word)?.[1]).find((name) => name !== undefined && !known.includes(name) && name !== "h") ?? "";
  const near = didYouMean(unknown, known);
  return `unknown option --${unknown}${near === undefined ? "" : `; did you mean --${near}?`}`;
}
