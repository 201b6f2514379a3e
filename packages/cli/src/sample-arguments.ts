import type { AnyTool } from "@postern/runtime";

/** The part of a schema's complaint that tells what would fit. */
interface Complaint {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly minimum?: number | bigint;
  readonly origin?: string;
}

const rounds = 20;

/**
 * Arguments that hold `raw` where the tool names that target, and the least that its schema asks for elsewhere (a
 * search needs a pattern before its path is looked at, an edit its edits). What cannot be filled stays missing, and the
 * guard then says so.
 */
export function sampleArguments(tool: AnyTool, argument: string, raw: unknown): Readonly<Record<string, unknown>> {
  const uses = Object.values(tool.targets) as readonly { readonly argument: string; readonly many: boolean; readonly takes?: readonly string[] }[];
  const use = uses.find((each) => each.argument === argument);
  // What several arguments name together is an object of them.
  const given: Record<string, unknown> = use?.takes === undefined ? { [argument]: use?.many === true ? [raw] : raw } : { ...(raw as object) };
  const named = new Set(Object.keys(given));
  for (let round = 0; round < rounds; round++) {
    const parsed = tool.input.safeParse(given) as { readonly success: boolean; readonly error?: { readonly issues: readonly Complaint[] } };
    const complaint = parsed.error?.issues.find(({ path }) => path.length > 0 && !named.has(String(path[0])));
    if (complaint === undefined) break;
    const value = fitting(complaint);
    if (value === undefined || !put(given, complaint.path, value)) break;
  }
  return given;
}

/** False: there is nothing to put it into. */
function put(into: Record<PropertyKey, unknown>, [first, ...rest]: readonly PropertyKey[], value: unknown): boolean {
  if (first === undefined) return false;
  if (rest.length === 0) {
    into[first] = value;
    return true;
  }
  const inner = into[first];
  return typeof inner === "object" && inner !== null && put(inner as Record<PropertyKey, unknown>, rest, value);
}

function fitting({ code, expected, values, minimum, origin }: Complaint): unknown {
  if (code === "invalid_value") return values?.[0];
  const least = Number(minimum ?? 1);
  if (code === "too_small") {
    if (origin === "string") return "a".repeat(Math.min(least, 1024));
    return origin === "array" ? Array.from({ length: Math.min(least, 64) }, () => "a") : least;
  }
  if (code !== "invalid_type") return undefined;
  return { string: "a", number: 1, int: 1, boolean: false, array: [], object: {}, record: {} }[expected ?? ""];
}
