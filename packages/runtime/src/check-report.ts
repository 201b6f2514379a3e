import { callLimits, type CallLimit, problemLine } from "@postern/policy";
import type { Loaded } from "./load-guard.ts";
import type { AnyTool } from "./tool.ts";

/** What `--check` prints: what is allowed to whom, and which guarantees hold here. `serving` is how it is served where that is not stdio. */
export function checkReport({ guard, caller, lanes }: Loaded, evidenceFile: string, serving: readonly string[] = []): string {
  const { definition, policy } = guard;
  const lines = [`postern-${definition.name} ${definition.version}`, `policy    ${policy.file} (${policy.digest.slice(0, 16)})`, `evidence  ${evidenceFile}`];
  if (serving.length > 0) lines.push(...serving);
  else lines.push(`stdio     ${caller.principal === undefined ? `nobody: ${caller.problem ?? "no principal"}` : caller.principal.id}`);
  for (const note of policy.notes) lines.push(`note      ${problemLine(note)}`);
  for (const line of definition.guarantee?.() ?? []) lines.push(`guarantee ${line}`);
  for (const { name, tenant, hosts, availability } of lanes) {
    const secret = availability.state === "missing" ? `is missing: ${availability.reason}` : `is ${availability.state}`;
    lines.push(`lane      ${name} (tenant ${tenant}) to ${hosts.length === 0 ? "no host" : hosts.join(", ")}; its secret ${secret}`);
  }

  for (const { id, tenant } of policy.principals) {
    const tools = guard.toolsFor({ id, tenant, proof: "stdio" });
    lines.push("", `${id} (tenant ${tenant})${tools.length === 0 ? ": nothing is allowed" : ""}`);
    for (const card of tools.length === 0 ? [] : guard.cardsOf(id)) {
      const limits = callLimits(policy, card, { id, tenant });
      const budget = limits.length === 0 ? "no budget" : budgetsText(limits);
      lines.push(
        `  card ${card.id}: ${card.tools === "*" ? "all tools" : card.tools.join(", ")}; redacts ${card.redact}; approval ${card.approval}; ${budget}${card.credential === undefined ? "" : `; credential ${card.credential}`}${card.scopes === undefined ? "" : `; scope ${card.scopes.join(" ")}`}`,
      );
      const needs = needsOf(tools.filter(({ name }) => card.tools === "*" || card.tools.includes(name)));
      if (needs.length > 0) lines.push(`    its credential needs ${needs.join(", ")}, and nothing more`);
      // What declares the tools is told with them.
      if (definition.kinds === undefined && !isPlain(card.targets)) lines.push(`    targets ${JSON.stringify(card.targets)}`);
    }
    const byTargets = new Map<string, string[]>();
    for (const tool of tools) {
      const targets = guard.granted(id, tool.name).join("\n");
      byTargets.set(targets, [...(byTargets.get(targets) ?? []), tool.name]);
    }
    for (const [targets, names] of byTargets) {
      lines.push(`  ${names.join(", ")}`);
      for (const target of targets === "" ? [] : targets.split("\n")) lines.push(`    ${target}`);
    }
  }
  return `${lines.map(printable).join("\n")}\n`;
}

/** The least that is enough for all of the tools: who may write may read. */
function needsOf(tools: readonly AnyTool[]): readonly string[] {
  const needs = new Set(tools.flatMap((tool) => tool.needs ?? []));
  return [...needs].filter((need) => !need.endsWith(":read") || !needs.has(need.replace(/:read$/, ":write"))).toSorted((one, other) => (one < other ? -1 : 1));
}

function budgetsText(limits: readonly CallLimit[]): string {
  const accounts = new Map<string, string[]>();
  for (const { per, id, resource, limit, windowMs } of limits) {
    const account = per === "owner" ? id : `${per} ${id}`;
    accounts.set(account, [...(accounts.get(account) ?? []), `${limit} ${resource} in ${windowMs / 1000} s`]);
  }
  return Array.from(accounts, ([account, texts]) => `budget of ${account}: ${texts.join(", ")}`).join("; ");
}

/** Targets that say no more than where they are; the lines below the tools show that. */
function isPlain(targets: unknown): boolean {
  if (typeof targets !== "object" || targets === null) return true;
  return Object.values(targets).every(
    (value) => Array.isArray(value) && value.every((item: unknown) => typeof item !== "object" || item === null || Object.keys(item).length === 1),
  );
}

/** Paths may hold escape sequences; none of them reaches the operator's terminal. */
export function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (unit) => `\\u{${unit.codePointAt(0)?.toString(16)}}`);
}
