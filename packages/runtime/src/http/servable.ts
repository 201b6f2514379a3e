import type { Policy } from "@postern/policy";
import type { Bind } from "./bind.ts";
import { certificateFaults } from "./certificate-faults.ts";
import type { Certificate } from "./listen.ts";
import { servingNotes } from "./serving-notes.ts";
import { servingProblem } from "./serving-problem.ts";
import { readTls } from "./tls.ts";

export interface Servable {
  /** Why a start is refused. */
  readonly problem?: string;
  /** No start with it, and yet a reload: whom a policy takes something from must not wait for a certificate. */
  readonly atStart?: true;
  readonly tls?: Certificate | undefined;
  /** What is served, and will hardly work as it is meant. */
  readonly notes: readonly string[];
}

/** How a policy is served at an address: what with, or why not. Reads the certificate; asks no issuer for anything. */
export async function servable(policy: Policy, bind: Bind): Promise<Servable> {
  const { http } = policy;
  const issuers = http?.issuers ?? [];
  const problem = servingProblem(policy, bind) ?? (issuers.length === 0 ? undefined : (await import("./tokens/verify-token.ts")).issuersProblem(policy));
  if (problem !== undefined) return { problem, notes: [] };
  const notes = servingNotes(policy, bind);
  try {
    const tls = readTls(policy);
    if (http === undefined || tls === undefined) return { notes };
    const faults = certificateFaults(tls.cert, calledNames(http.resource, http.allowedHosts, bind));
    return { tls, notes: [...faults.notes, ...notes], ...(faults.problem !== undefined && { problem: faults.problem, atStart: true }) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : "the certificate cannot be read", notes: [] };
  }
}

/** Without ports and brackets; on a loopback address that nobody named, one of its own names. */
function calledNames(resource: string, allowed: readonly string[], bind: Bind): readonly string[] {
  const given = allowed.map((host) => host.toLowerCase().replace(/:\d+$/, ""));
  const names = given.length > 0 ? given : bind.loopback ? [bind.host] : [];
  return [...new Set([...names, new URL(resource).hostname].map((host) => host.replace(/^\[(.*)\]$/, "$1")))];
}
