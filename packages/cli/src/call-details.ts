import type { CallView } from "@postern/evidence";
import { denialCodes, failureCodes, isDenialCode, isFailureCode, type Change, type ContentDigest, type TargetRecord } from "@postern/policy";
import { durationText, resultOf } from "./log-rows.ts";
import { printable } from "./printable.ts";
import { paint, type Terminal } from "./terminal.ts";

/** Everything that is known about one call, for people: what was asked, what it meant, what was decided, what came of it. */
export function callDetails(call: CallView, terminal: Terminal): string {
  const { result, tone } = resultOf(call);
  const code = call.code ?? call.failure;
  const fields: (readonly [string, string | null])[] = [
    ["call", call.call],
    ["time", call.time],
    ["who", `${call.principal}, tenant ${call.tenant}${call.client === null ? "" : `, client "${call.client}" (unverified)`}`],
    ["through", `${call.server} ${call.transport} ${call.endpoint}${call.protocol === null ? "" : ` ${call.protocol}`}`],
    ["tool", call.tool === null ? null : `${call.tool}${call.effect === null ? "" : ` (${call.effect})`}`],
    ["meaning", code === null ? null : meaningOf(code)],
    ["rule", call.rule],
    ["route", call.route],
    ["lane", call.lane],
    ["approval", call.approval],
    ["took", call.duration_ms === null ? null : `${durationText(call.duration_ms)}, ${call.bytes_in} bytes in, ${call.bytes_out ?? 0} bytes out`],
    ["redacted", call.redactions.length === 0 ? null : call.redactions.map(({ kind, count }) => `${kind} ×${count}`).join(", ")],
    [
      "budget",
      call.budget.length === 0
        ? null
        : call.budget
            .map(
              (state) =>
                `${state.per === "owner" ? "" : `${state.per} `}${state.owner}: ${state.taken} ${state.resource}, ${state.left} of ${state.limit} left`,
            )
            .join("; "),
    ],
    ["cost", call.cost > 1 ? `${call.cost}, by the card's estimate` : null],
    ["policy", call.policy],
    ["index", String(call.index)],
  ];
  const lines = [
    fieldLine("result", paint(terminal, tone ?? "strong", printable(result))),
    ...fields.flatMap(([name, value]) => (value === null ? [] : [fieldLine(name, printable(value))])),
    ...call.targets.flatMap((target) => targetLines(target)),
    ...call.found.flatMap((target) => targetLines(target, "on its way")),
    ...call.changes.map(changeLine),
  ];
  return `${lines.join("\n")}\n`;
}

function fieldLine(name: string, value: string): string {
  return `${name.padEnd(9)} ${value}`;
}

/** The steps from the raw value to the proven one, in the order in which they were taken. */
export function targetLines(target: TargetRecord, name = "target"): readonly string[] {
  const steps: (readonly [string, string | undefined])[] = [
    ["cwd", target.cwd],
    ...(target.symlinks ?? []).map(({ at, target: to, decision }) => ["link", `${at} -> ${to} (${decision})`] as const),
    ...(target.addresses ?? []).map(({ address, category }) => ["address", `${address} (${category})`] as const),
    ...(target.redirects ?? []).map((to) => ["redirect", to] as const),
    ["canonical", target.canonical],
    ["root", target.root],
    ["host", target.host],
    ["repo", target.repo],
    ["lane", target.lane],
    ["rule", target.rule],
    ["guarantee", target.guarantee],
    ["withheld", target.withheld?.length ? `${target.withheld.join(", ")} (kept from the caller)` : undefined],
  ];
  const decision = target.decision === "allow" ? "allow" : `DENIED ${target.code ?? ""}`.trimEnd();
  return [
    fieldLine(name, `${printable(target.argument)} = "${printable(target.raw)}" (${printable(target.kind)}, ${printable(target.operation)}): ${decision}`),
    ...steps.flatMap(([step, value]) => (value === undefined ? [] : [`${" ".repeat(10)}${step.padEnd(9)} ${printable(value)}`])),
  ];
}

function changeLine({ argument, change, before, after, count, durable, status }: Change): string {
  const digest = (name: string, content: ContentDigest | undefined): readonly string[] =>
    content === undefined ? [] : [`${name} ${content.bytes} bytes sha256 ${content.sha256 ?? "not taken (too large)"}`];
  const parts = [
    ...(count === undefined ? [] : [`${count} made`]),
    ...digest("before", before),
    ...digest("after", after),
    ...(status === undefined ? [] : [`answered with status ${status}`]),
    ...(durable ? [] : [change === "sent" ? "not answered" : "not confirmed on disk"]),
  ];
  return fieldLine("change", printable(`${argument} ${change}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`));
}

function meaningOf(code: string): string {
  if (isDenialCode(code)) return denialCodes[code];
  return isFailureCode(code) ? failureCodes[code] : code;
}
