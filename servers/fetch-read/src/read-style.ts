import { isKnownValue } from "./known-value.ts";
import { statementsOf } from "./style-statements.ts";

/** Characters of one value that are looked at. What hides something says so in fewer, and patterns take time in the square of it. */
const longestValue = 256;
const variable = /^var\(/i;
const nothing: readonly string[] = [];

interface Variable {
  readonly value: string;
  readonly isImportant: boolean;
}

interface Said {
  readonly values: string[];
  /** The first of them is a value that every program takes: what was said before is not in force. */
  readonly settled: boolean;
}

export interface StyleRules {
  /** What may be in force of a property: the last value that every program takes, and all that came after it. */
  readonly of: (property: string) => readonly string[];
  readonly isSettled: (property: string) => boolean;
}

/**
 * Reads a style as CSS does, for what hides. Programs drop a declaration that they do not understand and keep an earlier one: a value
 * that is not known to be taken stands beside it.
 */
export function readStyle(style: string): StyleRules {
  const ordinary = new Map<string, Said>();
  const important = new Map<string, Said>();
  const variables = new Map<string, Variable>();
  for (const { text, doubtful } of statementsOf(style)) {
    const colon = text.indexOf(":");
    if (colon < 0) continue;
    const name = unescaped(text.slice(0, colon)).trim();
    const { value, isImportant, isCut } = valueOf(text.slice(colon + 1));
    if (name.startsWith("--")) {
      const known = variables.get(name);
      const isPlain = !doubtful && !isCut && !/[()[\]{}"'!]/.test(value);
      // What may be dropped, or comes after what is important, is in force only where nothing else is.
      if (known === undefined || (isPlain && (isImportant || !known.isImportant))) variables.set(name, { value, isImportant: isPlain && isImportant });
      continue;
    }
    const property = name.toLowerCase();
    const isKnown = isKnownValue(property, value);
    if (isKnown === undefined) continue;
    const settles = isKnown && !doubtful && !isCut;
    const rules = isImportant ? important : ordinary;
    const said = rules.get(property);
    if (settles || said === undefined) rules.set(property, { values: [value], settled: settles });
    else said.values.push(value);
  }
  for (const [property, said] of important) {
    const other = ordinary.get(property);
    ordinary.set(property, said.settled || other === undefined ? said : { values: [...other.values, ...said.values], settled: other.settled });
  }
  return {
    of: (property) => {
      const said = ordinary.get(property);
      if (said === undefined) return nothing;
      return said.values.some((value) => variable.test(value)) ? said.values.map((value) => resolved(value, variables)) : said.values;
    },
    isSettled: (property) => ordinary.get(property)?.settled === true,
  };
}

function resolved(value: string, variables: ReadonlyMap<string, Variable>): string {
  const [, name, otherwise] = /^var\(\s*(--[^\s,()]+)\s*(?:,([^()]*))?\)$/i.exec(value) ?? [];
  return name === undefined ? value : (variables.get(name)?.value ?? otherwise ?? "").trim().toLowerCase();
}

function valueOf(text: string): { readonly value: string; readonly isImportant: boolean; readonly isCut: boolean } {
  const written = unescaped(text).trim();
  // Of all names only those of variables are not the same in capitals.
  const said = variable.test(written) ? written : written.toLowerCase();
  const value = said.replace(/!\s*important$/i, "").trim();
  return { value: value.slice(0, longestValue), isImportant: value.length < said.length, isCut: value.length > longestValue };
}

/** Escapes write the same properties in other letters. */
function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\([0-9a-f]{1,6})\s?|\\(.)/gi, (_, code: string | undefined, other: string | undefined) => {
    const point = code === undefined ? undefined : Number.parseInt(code, 16);
    return point === undefined ? (other ?? "") : point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}
