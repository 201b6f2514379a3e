import type { Policy } from "@postern/policy";
import type { Bind } from "./bind.ts";
import { servingProblem } from "./serving-problem.ts";
import { readTls } from "./tls.ts";

/** What `--check --http` tells of serving at that address, and whether it could. */
export function httpReport(policy: Policy, bind: Bind): { readonly lines: readonly string[]; readonly serves: boolean } {
  const { http, principals } = policy;
  const at = `${bind.host}:${bind.port}/mcp`;
  const problem = servingProblem(policy, bind) ?? tlsProblem(policy);
  if (problem !== undefined) return { lines: [`http      nobody at ${at}: ${problem}`], serves: false };
  const names = [...(bind.loopback ? ["the loopback names"] : []), ...(http?.allowedHosts ?? [])];
  const reached = http?.tls !== undefined ? "https" : bind.loopback ? "http, from this machine only" : `http, from ${http?.proxies.join(", ")} only`;
  return {
    lines: [
      `http      ${at} (${reached}), called ${names.join(", ")}`,
      `http      ${principals.filter(({ apiKey }) => apiKey !== undefined).length} principals by API key, ${principals.filter(({ jwt }) => jwt !== undefined).length} by token`,
    ],
    serves: true,
  };
}

function tlsProblem(policy: Policy): string | undefined {
  try {
    readTls(policy);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "the certificate cannot be read";
  }
}
