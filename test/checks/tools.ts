import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repository, type Finding } from "./source.ts";

/** Runs a tool of the root's `node_modules`; its complaint is the finding. */
function tool(name: string, args: readonly string[], folder = repository): readonly Finding[] {
  const command = join(repository, "node_modules/.bin", name);
  if (!existsSync(command)) return [{ path: command, line: 1, message: `${name} is not installed` }];
  const env = { ...process.env, PATH: `${join(repository, "node_modules/.bin")}:${process.env["PATH"]}` };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return status === 0 ? [] : [{ path: ".", line: 1, message: `${name} ${args.join(" ")}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}` }];
}

/** Lints a folder by the repository's rules. */
export function lint(folder = repository): readonly Finding[] {
  return tool("oxlint", ["--type-aware", "--quiet", "--report-unused-disable-directives-severity=error", "-c", join(repository, ".oxlintrc.json")], folder);
}

/** Compares a folder's files with how the formatter would write them. */
export function format(folder = repository): readonly Finding[] {
  const elsewhere = folder === repository ? [] : [`--config-path=${join(repository, ".biome.json")}`, "--vcs-enabled=false"];
  return tool("biome", ["format", ...elsewhere, "."], folder);
}
