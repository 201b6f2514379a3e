import type { TargetDetail, TargetRecord } from "@postern/policy";
import { shownTarget } from "@postern/policy";
import type { BoundCall } from "./bound-call.ts";
import { foresee } from "./foresee.ts";
import { markedLines, quotedLine, sizeOf, visible } from "./visible-text.ts";

const mostTargets = 24;
/** Characters of all texts together. */
const mostShown = 12_000;
/** A text argument that is longer, or has lines, is shown on lines of its own. */
const mostOfArgument = 200;

/** What is known of a call without looking at what stands at its targets. */
export interface CallTexts {
  /** One fact a line. */
  readonly facts: string;
  readonly texts: readonly TargetDetail[];
}

/** A text that the human is to see: masked where it holds secrets, named by the size and digest of the whole. */
export interface ShownText {
  readonly name: string;
  readonly text: string;
  readonly size: string;
}

export function callTexts({ server, principal, tool, accepted, matched, effect }: BoundCall): CallTexts {
  const { card, decision } = matched;
  const { would } = foresee({ tool, accepted }, matched);
  const facts: (readonly [string, string])[] = [
    ["server", oneLine(server)],
    ["tool", `${oneLine(tool.name)} (${effect})`],
    ["principal", `${oneLine(principal.id)}, tenant ${oneLine(principal.tenant)}`],
    ["card", oneLine(card.id)],
  ];
  if (card.credential !== undefined) facts.push(["credential", oneLine(card.credential)]);
  for (const target of decision.targets.slice(0, mostTargets)) facts.push(...targetFacts(target));
  const more = decision.targets.slice(mostTargets);
  if (more.length > 0)
    facts.push(["targets", `${more.length} more, too many to show: ${sizeOf(JSON.stringify(more.map(({ raw, canonical }) => [raw, canonical])))}`]);
  if (would !== undefined) facts.push(["would", oneLine(would)]);

  const texts: TargetDetail[] = [];
  for (const [name, value] of Object.entries(accepted.input)) {
    if (value === undefined || tool.preview?.shows.includes(name as never) === true) continue;
    if (typeof value === "string" && (value.includes("\n") || value.length > mostOfArgument)) texts.push({ name: `argument ${name}`, text: value });
    else if (typeof value === "string") facts.push(["argument", `${name}: ${quotedLine(value)}`]);
    else texts.push(...jsonArgument(name, value, facts));
  }
  for (const [place, resolved] of matched.targets.entries()) texts.push(...(accepted.targets[place]?.kind.details?.(resolved) ?? []));
  return { facts: facts.map(([name, value]) => `${name.padEnd(10)} ${value}`).join("\n"), texts };
}

function jsonArgument(name: string, value: unknown, facts: (readonly [string, string])[]): readonly TargetDetail[] {
  const json = JSON.stringify(value);
  if (json.length > mostOfArgument) return [{ name: `argument ${name}`, text: JSON.stringify(value, undefined, 2) }];
  facts.push(["argument", `${name}: ${visible(json)}`]);
  return [];
}

function oneLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}

function targetFacts(target: TargetRecord): readonly (readonly [string, string])[] {
  const { argument, operation, raw, canonical, decision } = shownTarget(target);
  const refused = decision === "deny" ? ", refused and left out" : "";
  const facts: (readonly [string, string])[] = [["target", `${argument} (${target.kind}, ${operation}${refused}): ${quotedLine(raw)}`]];
  if (canonical !== undefined && canonical !== raw) facts.push(["", `which is ${quotedLine(canonical)}`]);
  return facts;
}

/**
 * The question as a human reads it. Guarantees: every line that the caller or a target had a part in is indented, so it looks
 * like none of our own, also where Markdown is made of it; what nobody would see is written out; a text is shown whole or not
 * at all, and then with its size and digest.
 */
export function questionText(facts: string, texts: readonly ShownText[], masked: number): string {
  let left = mostShown;
  const blocks = texts.map(({ name, text, size }) => {
    const lines = markedLines(text);
    const length = lines?.join("\n").length ?? 0;
    if (lines === undefined || length > left) return `${name}, too long to show: ${size}`;
    left -= length;
    return `${name}, ${size}:\n\n${indented(lines)}`;
  });
  const note = masked === 0 ? [] : [masked === 1 ? "One secret is masked above." : `${masked} secrets are masked above.`];
  return ["Allow this call? Nothing has happened yet.", indented(facts.split("\n")), ...blocks, ...note].join("\n\n");
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join("\n");
}
