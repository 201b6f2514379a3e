import { type Found, missing, usable } from "./found.ts";
import { readPrivateFile } from "./private-file.ts";

/** Where a secret is kept that is read when the policy is loaded. `file` is an absolute path. */
export type Source = { readonly env: string } | { readonly file: string };

/** Reads a secret from its one source. There is no fallback from one source to another. */
export function readSource(source: Source, environment: NodeJS.ProcessEnv): Found {
  return "env" in source ? fromEnvironment(source.env, environment) : fromFile(source.file);
}

/** Takes the variable and removes it, so that no child process and no later dump of the environment carries it. */
function fromEnvironment(name: string, environment: NodeJS.ProcessEnv): Found {
  const value = environment[name];
  delete environment[name];
  if (value === undefined || value === "") return missing(`the environment variable ${name} is not set`);
  return usable(value, `the environment variable ${name}`);
}

function fromFile(path: string): Found {
  const read = readPrivateFile(path, "credential file");
  if ("problem" in read) return missing(read.problem);
  return usable(read.text.replace(/\r?\n$/, ""), `the credential file ${path}`);
}
