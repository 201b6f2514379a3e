import { problemLine, type PolicyProblem } from "@postern/policy";
import type { Grant } from "./grants.ts";
import type { NeighborRun } from "./neighbor-runs.ts";
import { printable } from "./printable.ts";
import { tableText, type Cell } from "./table.ts";
import { paint, type Terminal } from "./terminal.ts";

/** What `postern check` found; `--json` prints exactly this. */
export interface CheckReport {
  readonly file: string;
  readonly digest: string;
  readonly principals: number;
  readonly cards: number;
  readonly checked: readonly string[];
  /** Servers of cards that are not installed here: their cards grant nothing that could be tried. */
  readonly skipped: readonly string[];
  /** What the servers promise on this platform. */
  readonly guarantees: readonly string[];
  /** What is no error and yet hardly meant. */
  readonly notes: readonly PolicyProblem[];
  readonly grants: readonly Grant[];
  /** Cards whose calls wait for a human's yes. */
  readonly approvals: readonly string[];
  readonly neighbors: readonly NeighborRun[];
  readonly pass: boolean;
}

export function checkText(report: CheckReport, terminal: Terminal): string {
  const { file, digest, principals, cards, skipped, guarantees, notes, grants, approvals, neighbors, pass } = report;
  const failed = neighbors.filter((run) => !run.pass).length;
  const parts = [
    `${printable(file)}: ${counted(principals, "principal")}, ${counted(cards, "card")}, sha256 ${digest}`,
    ...guarantees.map((line) => `guarantee: ${printable(line)}`),
    ...notes.map((note) => paint(terminal, "warn", `note: ${problemLine(note)}`)),
    ...skipped.map((name) => paint(terminal, "warn", `not checked: the server ${printable(name)} is not installed here, so its cards were passed over`)),
  ];
  if (grants.length > 0)
    parts.push("", paint(terminal, "strong", "Who may do what"), tableText(terminal, ["PRINCIPAL", "SERVER", "TOOLS", "TARGETS"], grants.map(grantRow)));
  if (approvals.length > 0) parts.push("", `A human is asked about each call of ${approvals.map((id) => `the card ${printable(id)}`).join(", ")}`);
  if (neighbors.length > 0) {
    parts.push("", paint(terminal, "strong", "Neighbors, tried against the guard"));
    parts.push(tableText(terminal, ["", "CARD", "PRINCIPAL", "DECISION", "TOOLS", "NEIGHBOR"], alike(neighbors).map(neighborRow)));
  }
  parts.push("", verdict(pass, neighbors.length, failed, terminal));
  return `${parts.join("\n")}\n`;
}

function verdict(pass: boolean, tried: number, failed: number, terminal: Terminal): string {
  if (failed > 0) return paint(terminal, "bad", `FAILED: ${counted(failed, "neighbor")} of ${tried} decided as it must not be`);
  if (!pass) return paint(terminal, "bad", "FAILED: none of the servers that the cards name is installed here, so nothing was tried");
  return paint(terminal, "good", `${counted(tried, "neighbor")} tried, every one decided as it must be`);
}

function grantRow({ principal, tenant, server, tools, targets }: Grant): readonly (string | Cell)[] {
  const who = tenant === "default" ? principal : `${principal} (${tenant})`;
  return [who, server, { lines: tools.length === 0 ? ["nothing"] : tools }, { lines: targets.length === 0 ? ["-"] : targets }];
}

/** Runs that differ in their tool only stand in one row. */
function alike(neighbors: readonly NeighborRun[]): readonly (readonly NeighborRun[])[] {
  const rows = new Map<string, NeighborRun[]>();
  for (const run of neighbors) {
    const { server, route, principal, name, raw, decision, code, fault } = run;
    const key = JSON.stringify([server, route, principal, name, raw ?? [run.tool, run.arguments], decision, code, fault]);
    const row = rows.get(key) ?? [];
    row.push(run);
    rows.set(key, row);
  }
  return [...rows.values()];
}

function neighborRow(row: readonly NeighborRun[]): readonly (string | Cell)[] {
  const [first] = row;
  if (first === undefined) return [];
  const { pass, route, principal, name, raw, arguments: given, decision, code, fault } = first;
  const tone = pass ? "good" : "bad";
  const tools = row.map(({ tool }) => tool);
  return [
    { lines: [pass ? "pass" : "FAIL"], tone },
    route,
    principal,
    { lines: [fault ?? `${decision} ${code ?? ""}`.trimEnd()], tone },
    { lines: pass && tools.length > 1 ? [`${tools.length} tools`] : tools },
    `${name}: ${raw ?? JSON.stringify(given)}`,
  ];
}

function counted(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}
