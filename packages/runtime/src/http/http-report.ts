import type { Policy } from "@postern/policy";
import type { Bind } from "./bind.ts";
import { cannotListen } from "./cannot-listen.ts";
import { listenable } from "./listenable.ts";
import { servable } from "./servable.ts";

/** What `--check --http` tells of serving at that address, and whether it could. Listens there for a moment. */
export async function httpReport(policy: Policy, bind: Bind): Promise<{ readonly lines: readonly string[]; readonly serves: boolean }> {
  const { http, principals } = policy;
  const at = `${bind.host}:${bind.port}/mcp`;
  const nobody = (problem: string): { readonly lines: readonly string[]; readonly serves: false } => ({
    lines: [`http      nobody at ${at}: ${problem}`],
    serves: false,
  });
  const found = await servable(policy, bind);
  if (found.problem !== undefined) return nobody(found.problem);
  const taken = await listenable(bind);
  // It may be this very server that listens there, and the policy the one that it shall read next.
  if (taken !== undefined && taken !== "EADDRINUSE") return nobody(cannotListen(bind, taken));
  const busy = taken === undefined ? [] : [`${cannotListen(bind, taken)}; where that is this server itself, SIGHUP lets it read the policy again`];
  const names = [...(bind.loopback ? ["the loopback names"] : []), ...(http?.allowedHosts ?? [])];
  const reached = http?.tls !== undefined ? "https" : bind.loopback ? "http, from this machine only" : `http, from ${http?.proxies.join(", ")} only`;
  return {
    lines: [
      `http      ${at} (${reached}), called ${names.join(", ")}`,
      `http      ${principals.filter(({ apiKey }) => apiKey !== undefined).length} known by API key, ${principals.filter(({ jwt }) => jwt !== undefined).length} by token`,
      ...[...busy, ...found.notes].map((note) => `note      ${note}`),
    ],
    serves: true,
  };
}
