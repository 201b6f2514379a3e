import { Resolver } from "node:dns/promises";
import type { ResolveOptions } from "./resolve-host.ts";

export type Aliases =
  | { readonly outcome: "resolved"; readonly names: readonly string[] }
  | { readonly outcome: "unresolved"; readonly rule: "dns-error" | "dns-alias-chain" };

/** Longer chains are a circle, or somebody's attempt to keep a resolver busy. */
const mostSteps = 8;

/**
 * Asks which names a name stands for (CNAME, RFC 1034 §3.6.2), one step a question, without the root's dot. For the evidence: what is
 * connected to is decided by addresses, and a chain may be another one by the next question. Rejects with the signal's reason.
 */
export async function resolveAliases(host: string, { signal, servers, timeoutMs = 2_000 }: ResolveOptions): Promise<Aliases> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const stop = (): void => resolver.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const names: string[] = [];
    for (let name = host; ; name = names.at(-1) ?? host) {
      signal.throwIfAborted();
      const found = await next(resolver, name);
      if (found === undefined) return { outcome: "unresolved", rule: "dns-error" };
      if (found.name === undefined) return { outcome: "resolved", names };
      if (names.length === mostSteps) return { outcome: "unresolved", rule: "dns-alias-chain" };
      names.push(found.name.toLowerCase().replace(/\.$/, ""));
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** One step; undefined: the resolver failed. */
async function next(resolver: Resolver, name: string): Promise<{ readonly name: string | undefined } | undefined> {
  try {
    const [found] = await resolver.resolveCname(name);
    return { name: found };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENODATA" || code === "ENOTFOUND" ? { name: undefined } : undefined;
  }
}
