import type { CallView } from "@postern/evidence";
import { columnsOf, keepEnd, keepStart, padEnd, padStart } from "./columns.ts";
import { printable } from "./printable.ts";
import { paint, type Terminal, type Tone } from "./terminal.ts";

/** One call as a line of text, before it is laid out. Every value is printable already. */
interface Row {
  readonly time: string;
  readonly principal: string;
  readonly tool: string;
  readonly result: string;
  readonly tone: Tone | undefined;
  readonly took: string;
  readonly target: string;
}

type Widths = Record<"principal" | "tool" | "result" | "took", number>;

const heads = { time: "TIME (UTC)", principal: "PRINCIPAL", tool: "TOOL", result: "RESULT", took: "TOOK", target: "TARGET" };
const most: Readonly<Widths> = { principal: 20, tool: 28, result: 32, took: 8 };
const gap = "  ";

/**
 * Lays calls out one a line, newest last: time, principal, tool, decision and outcome with their code, duration,
 * target. On a terminal no line is wider than it (60 columns at least); elsewhere nothing is cut. Widths are settled
 * by the first page, so what follows live stays aligned.
 */
export function logLayout(calls: readonly CallView[], terminal: Terminal): { readonly head: string; line(call: CallView): string } {
  const narrow = terminal.width !== undefined && terminal.width < 110;
  const rows = calls.map((call) => rowOf(call, narrow));
  const natural = (name: keyof Widths) => Math.max(columnsOf(heads[name]), ...rows.map((row) => Math.min(most[name], columnsOf(row[name]))));
  const wanted: Widths = { principal: natural("principal"), tool: natural("tool"), result: natural("result"), took: natural("took") };
  const timeWidth = narrow ? 14 : 20;
  const widths = terminal.width === undefined ? wanted : fitted(wanted, terminal.width - timeWidth - gap.length * 5 - leastTarget(terminal.width));
  const taken = timeWidth + widths.principal + widths.tool + widths.result + widths.took + gap.length * 5;
  const targetWidth = terminal.width === undefined ? Number.POSITIVE_INFINITY : Math.max(1, terminal.width - taken);
  const cut = terminal.width === undefined ? (text: string) => text : keepStart;

  const lay = (row: Row, tone: (tone: Tone | undefined, text: string) => string) =>
    [
      tone("dim", padEnd(row.time, timeWidth)),
      padEnd(cut(row.principal, widths.principal), widths.principal),
      padEnd(cut(row.tool, widths.tool), widths.tool),
      tone(row.tone, padEnd(cut(row.result, widths.result), widths.result)),
      tone("dim", padStart(row.took, widths.took)),
      terminal.width === undefined ? row.target : keepEnd(row.target, targetWidth),
    ]
      .join(gap)
      .trimEnd();

  return {
    head: lay({ ...heads, tone: undefined }, (_tone, text) => text),
    line: (call) => lay(rowOf(call, narrow), (tone, text) => (tone === undefined ? text : paint(terminal, tone, text))),
  };
}

function leastTarget(width: number): number {
  return Math.max(12, Math.floor((width - 60) / 3));
}

/** Takes columns until the rest fits: from the caller and the tool first, since the code of a denial says most. */
function fitted(wanted: Widths, room: number): Widths {
  const widths = { ...wanted };
  for (const [name, least] of [
    ["principal", 6],
    ["tool", 8],
    ["result", 12],
    ["principal", 4],
    ["tool", 4],
  ] as const) {
    const over = widths.principal + widths.tool + widths.result + widths.took - room;
    if (over > 0) widths[name] = Math.min(widths[name], Math.max(least, widths[name] - over));
  }
  return widths;
}

function rowOf(call: CallView, narrow: boolean): Row {
  const { result, tone } = resultOf(call);
  const seconds = call.time.slice(0, 19);
  return {
    time: printable(narrow ? seconds.slice(5).replace("T", " ") : `${seconds}Z`),
    principal: printable(call.principal),
    tool: printable(call.tool ?? `(${call.endpoint})`),
    result: printable(result),
    tone,
    took: call.duration_ms === null ? "" : durationText(call.duration_ms),
    target: targetText(call),
  };
}

/** Decision and outcome in one word each and the code: a denial never reads like a failure. */
export function resultOf(call: CallView): { readonly result: string; readonly tone: Tone | undefined } {
  if (call.decision === "deny") return { result: `DENIED ${call.code ?? ""}`.trimEnd(), tone: "bad" };
  switch (call.outcome) {
    case "ok":
      return { result: "ok", tone: "good" };
    case "failed":
      return { result: `failed ${call.failure ?? ""}`.trimEnd(), tone: "warn" };
    default:
      return { result: call.outcome, tone: "warn" };
  }
}

/** What the call reached for: the proven form where there is one, else as it came, in quotes. */
function targetText(call: CallView): string {
  const [first, ...others] = call.targets;
  if (first === undefined) return "";
  const refused = call.targets.filter((target) => target.decision === "deny").length;
  const shown = first.canonical === undefined ? `"${printable(first.raw)}"` : printable(first.canonical);
  const more = others.length === 0 ? "" : ` +${others.length}${call.decision === "allow" && refused > 0 ? ` (${refused} refused)` : ""}`;
  return `${shown}${more}`;
}

export function durationText(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)}ms`;
  return milliseconds < 10_000 ? `${Math.round(milliseconds)}ms` : `${(milliseconds / 1000).toFixed(1)}s`;
}
