import type { ServerDefinition } from "@postern/runtime";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "./usage-error.ts";

/** The servers whose definitions this command can load, by the name that route cards use. */
export interface InstalledServers {
  /** Undefined: not installed. Throws when it is installed and cannot be loaded: that is no absence. */
  definition(name: string): Promise<ServerDefinition | undefined>;
}

const serverName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Finds `@postern/<name>` beside this package and beside the command as it was started (a global or local install),
 * never in the current directory: whoever checks a policy in a stranger's folder must not run the stranger's code.
 * `modules` are packages or files that the operator named, for servers of other names; they come first.
 */
export async function installedServers(modules: readonly string[]): Promise<InstalledServers> {
  const named = new Map<string, ServerDefinition>();
  for (const module of modules) {
    const definition = await definitionIn(locate(module) ?? pathToFileURL(resolve(module)).href, module);
    named.set(definition.name, definition);
  }
  return {
    async definition(name) {
      const known = named.get(name);
      if (known !== undefined || !serverName.test(name)) return known;
      const place = locate(`@postern/${name}`);
      if (place === undefined) return undefined;
      const definition = await definitionIn(place, `@postern/${name}`);
      named.set(name, definition);
      return definition;
    },
  };
}

function locate(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("/")) return undefined;
  for (const from of [import.meta.url, pathToFileURL(process.argv[1] ?? ".").href]) {
    try {
      return pathToFileURL(createRequire(from).resolve(specifier)).href;
    } catch {
      // not there: the next place may have it.
    }
  }
  return undefined;
}

async function definitionIn(place: string, asked: string): Promise<ServerDefinition> {
  let loaded: unknown;
  try {
    loaded = await import(place);
  } catch (error) {
    throw new Error(`the server ${asked} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const { server } = loaded as { readonly server?: ServerDefinition };
  if (typeof server?.name !== "string" || !Array.isArray(server.tools)) throw new UsageError(`${asked} exports no server definition named "server"`);
  return server;
}
