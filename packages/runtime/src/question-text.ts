import type { TargetDetail, TargetRecord } from "@postern/policy";
import { shownTarget } from "@postern/policy";
import type { BoundCall } from "./bound-call.ts";
import { foresee } from "./foresee.ts";
import { beginningOf, shownJson, valuesOf } from "./shown-json.ts";
import { markedLines, mostOfLine, quotedLine, sizeOf, visible } from "./visible-text.ts";

const mostTargets = 24;
/** Characters of all texts together. */
const mostShown = 12_000;
/** A text argument that is longer, or has lines, is shown on lines of its own. */
const mostOfArgument = 200;
/** Characters of a text that is looked through for whether it can be shown. */
const longest = 64 * 1024;
/** Characters of a target's name that is too long for a line: where it begins is where it leads. */
const mostOfName = 400;

/** What is known of a call without looking at what stands at its targets: visible as it is, and masked nowhere. */
export interface CallTexts {
  /** One fact a line. */
  readonly facts: string;
  readonly texts: readonly ShownText[];
}

/** A text that the human is to see, with all that nobody would see written out, and the size and digest of the whole. */
export interface ShownText {
  readonly name: string;
  /** Undefined: it is too long to be shown. */
  readonly text: string | undefined;
  readonly size: string;
}

interface Told {
  readonly facts: (readonly [name: string, value: string])[];
  readonly texts: ShownText[];
}

export function callTexts({ server, principal, tool, accepted, matched, effect }: BoundCall): CallTexts {
  const { card, decision } = matched;
  const { would } = foresee({ tool, accepted }, matched);
  const told: Told = { facts: [], texts: [] };
  const { facts, texts } = told;
  facts.push(["server", oneLine(server)]);
  facts.push(["tool", `${oneLine(tool.name)} (${effect})`]);
  facts.push(["principal", `${oneLine(principal.id)}, tenant ${oneLine(principal.tenant)}`]);
  facts.push(["card", oneLine(card.id)]);
  if (card.credential !== undefined) facts.push(["credential", oneLine(card.credential)]);
  for (const target of decision.targets.slice(0, mostTargets)) tellTarget(target, told);
  const more = decision.targets.slice(mostTargets);
  if (more.length > 0)
    facts.push(["targets", `${more.length} more, too many to show: ${sizeOf(JSON.stringify(more.map(({ raw, canonical }) => [raw, canonical])))}`]);
  if (would !== undefined) facts.push(["would", oneLine(would)]);

  for (const [name, value] of Object.entries(accepted.input)) {
    if (value === undefined || tool.preview?.shows.includes(name as never) === true) continue;
    if (typeof value !== "string") tellJson(name, value, told);
    else if (value.includes("\n") || value.length > mostOfArgument) texts.push(plainText(`argument ${name}`, value));
    else facts.push(["argument", `${name}: ${visible(JSON.stringify(value))}`]);
  }
  for (const [place, resolved] of matched.targets.entries()) texts.push(...(accepted.targets[place]?.kind.details?.(resolved) ?? []).map(shownDetail));
  return { facts: facts.map(([name, value]) => `${name.padEnd(10)} ${value}`).join("\n"), texts };
}

function tellJson(name: string, value: unknown, { facts, texts }: Told): void {
  const json = JSON.stringify(value);
  if (json.length <= mostOfArgument) facts.push(["argument", `${name}: ${visible(json)}`]);
  else texts.push(jsonText(`argument ${name}`, value, sizeOf(json)));
}

/** As it leaves, where that can be read; else member by member. */
function shownDetail({ name, text, json }: TargetDetail): ShownText {
  const plain = plainText(name, text);
  return json === true && plain.text === undefined ? jsonText(name, JSON.parse(text), plain.size) : plain;
}

function plainText(name: string, text: string): ShownText {
  // What is written out is seldom shorter, and long texts are not gone through for that.
  const shown = text.length > longest ? undefined : visible(text);
  return { name, text: shown === undefined || markedLines(shown) === undefined ? undefined : shown, size: sizeOf(text) };
}

function jsonText(name: string, value: unknown, size: string): ShownText {
  const text = shownJson(value);
  return { name, text, size: text === undefined ? `${valuesOf(value)} values, ${size}` : size };
}

function oneLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}

function tellTarget(target: TargetRecord, told: Told): void {
  const { argument, operation, raw, canonical, decision } = shownTarget(target);
  const refused = decision === "deny" ? ", refused and left out" : "";
  told.facts.push(["target", `${argument} (${target.kind}, ${operation}${refused}): ${nameOf(`target ${argument}`, raw, told)}`]);
  if (canonical !== undefined && canonical !== raw) told.facts.push(["", `which is ${nameOf(`target ${argument}, which is`, canonical, told)}`]);
}

/** A name in quotes. One that is too long for a line begins there, and is shown below. */
function nameOf(name: string, text: string, { texts }: Told): string {
  const line = quotedLine(text);
  if (line !== undefined) return line;
  const value = membersOf(text);
  texts.push(value === undefined ? plainText(name, text) : jsonText(name, value, sizeOf(text)));
  return value === undefined ? `${visible(JSON.stringify(beginningOf(text, mostOfName))).slice(0, mostOfLine)} and more: see below` : "see below";
}

/** Of a target that several arguments name together. */
function membersOf(text: string): object | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/**
 * The question as a human reads it. Guarantees: every line that the caller or a target had a part in is indented, so it looks
 * like none of our own, also where Markdown is made of it; what nobody would see is written out; what the caller brings is masked
 * nowhere; a text is shown whole or not at all, and then with its size and digest, but for long strings in JSON, of which each says
 * the same of itself.
 */
export function questionText(facts: string, texts: readonly ShownText[]): string {
  let left = mostShown;
  const shown: string[] = [];
  const blocks = texts.map(({ name, text, size }) => {
    const lines = text === undefined ? undefined : markedLines(text);
    const length = lines?.join("\n").length ?? 0;
    if (lines === undefined || length > left) return `${name}, too long to show: ${size}`;
    left -= length;
    shown.push(...lines);
    return `${name}, ${size}:\n\n${indented(lines)}`;
  });
  return ["Allow this call? Nothing has happened yet.", indented(facts.split("\n")), ...blocks, ...noteOf(shown)].join("\n\n");
}

/** Nothing else looks like a mask: what does is written out. */
function noteOf(lines: readonly string[]): readonly string[] {
  const masks = lines.flatMap((line) => Array.from(line.matchAll(/\[redacted:[a-z0-9-]+, (\d+) characters?\]/g), ([, characters]) => Number(characters)));
  if (masks.length === 0) return [];
  const sum = masks.reduce((all, characters) => all + characters, 0);
  return [
    masks.length === 1
      ? `One secret is masked above, ${sum} characters: it stood there before this call, which does not bring it.`
      : `${masks.length} secrets are masked above, ${sum} characters in all: they stood there before this call, which brings none of them.`,
  ];
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join("\n");
}
