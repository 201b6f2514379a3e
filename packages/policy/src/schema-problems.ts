import type { z, ZodError } from "zod";
import { didYouMean } from "./did-you-mean.ts";
import type { Path } from "./yaml-source.ts";

/** A problem before it has a line: where in the value, whether its key or its value is wrong, and what is wrong. */
export interface Found {
  readonly path: Path;
  readonly at: "key" | "value";
  readonly message: string;
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** What a schema found, in words for the person who wrote the file. `base` is where in the file the schema applies. */
export function schemaProblems(error: ZodError, schema: Schema, value: unknown, base: Path = []): readonly Found[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, path);
      return issue.keys.map((key): Found => ({ path: [...base, ...path, key], at: "key", message: `unknown key${hint(key, known)}` }));
    }
    if (issue.code === "invalid_key") return [{ path: [...base, ...path], at: "key" as const, message: issue.issues[0]?.message ?? issue.message }];
    return [{ path: [...base, ...path], at: "value" as const, message: textOf(issue, valueAt(value, path)) }];
  });
}

/** `; did you mean "redact"?`, or what there is to choose from. */
export function hint(word: unknown, known: readonly string[]): string {
  const meant = typeof word === "string" ? didYouMean(word, known) : undefined;
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  if (known.length === 0) return "";
  const shown = known.slice(0, 12).map((each) => `"${each}"`);
  return `; known here: ${shown.join(", ")}${known.length > shown.length ? ", …" : ""}`;
}

function textOf(issue: Issue, value: unknown): string {
  if (value === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value")) return "is missing";
  if (value === null) return textOfNothing(issue);
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    return known.length === 1 ? `has to be ${known[0]}` : `is none of the known values${hint(value, known)}`;
  }
  // What our own schemas say is better than what follows; the library's own texts all begin like this.
  if (issue.code !== "invalid_type" || !issue.message.startsWith("Invalid input")) return issue.message;
  const wanted = words.get(issue.expected) ?? issue.expected;
  const isPlainWord = issue.expected === "string" && (typeof value === "number" || typeof value === "boolean");
  return `has to be ${wanted}${isPlainWord ? ", so write it in quotes" : ""}`;
}

/** A bare key, and a bare `~`, which is how YAML spells nothing. */
function textOfNothing(issue: Issue): string {
  const isList = issue.code === "invalid_type" && issue.expected === "array";
  return isList ? "nothing stands here; write [] for an empty list" : "nothing stands here; give it a value or leave the key out";
}

const words = new Map([
  ["array", "a list"],
  ["object", "a map"],
  ["record", "a map"],
  ["string", "a text"],
  ["boolean", "true or false"],
]);

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** The keys that the schema knows at a path: through lists, maps, defaults and all branches of unions. */
function keysAt(schema: Schema, path: Path): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "readonly":
      return keysAt(def.innerType, path);
    case "pipe":
      return keysAt(def.in, path);
    case "lazy":
      return keysAt(def.getter(), path);
    case "union":
      return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
    case "array":
      return keysAt(def.element, path.slice(1));
    case "record":
      return keysAt(def.valueType, path.slice(1));
    case "object": {
      const [step, ...rest] = path;
      if (step === undefined) return Object.keys(def.shape);
      const next = Object.hasOwn(def.shape, step) ? def.shape[step] : undefined;
      return next === undefined ? [] : keysAt(next, rest);
    }
    default:
      return [];
  }
}
