import type { JsonSchema, StringSchema } from "./json-schema.ts";
import { mostSteps } from "./pattern-cost.ts";
import { type Pattern, readPattern } from "./read-pattern.ts";

/** A text that does not match, or that there was no time to look at. */
export interface Mismatch {
  /** Where it stands: `body.labels.0`. */
  readonly at: string;
  /** Absent: the texts of the call take more time together than a call gets. */
  readonly pattern?: string;
}

const known = new WeakMap<StringSchema, Pattern | undefined>();

/**
 * Holds the texts of one call to the patterns of their schemas. Takes values that fit their schemas otherwise. Guarantees
 * that all texts together take no more steps than one may, by an upper bound that is counted before each match, and that
 * the first mismatch ends it.
 */
export function matchPatterns(values: readonly { readonly at: string; readonly schema: JsonSchema; readonly value: unknown }[]): Mismatch | undefined {
  let left = mostSteps;
  const open = values.toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, schema, value } = next;
    if (schema.type === "string" && typeof value === "string") {
      const pattern = patternOf(schema);
      if (pattern === undefined) continue;
      left -= pattern.steps(value.length) + value.length;
      if (left < 0) return { at };
      if (!pattern.matches.test(value)) return { at, pattern: schema.pattern ?? "" };
    } else if (schema.type === "array" && Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1) open.push({ at: `${at}.${index}`, schema: schema.items, value: value[index] });
    } else if (schema.type === "object" && typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(schema.properties).toReversed()) {
        if (Object.hasOwn(value, name)) open.push({ at: `${at}.${name}`, schema: member, value: (value as Readonly<Record<string, unknown>>)[name] });
      }
    }
  }
  return undefined;
}

function patternOf(schema: StringSchema): Pattern | undefined {
  if (!known.has(schema)) {
    const read = schema.pattern === undefined ? undefined : readPattern(schema.pattern);
    if (typeof read === "string") throw new TypeError(`a schema holds a pattern that ${read}`);
    known.set(schema, read);
  }
  return known.get(schema);
}
