import type { CallTarget } from "@postern/policy";
import type { Limits } from "./limits.ts";
import type { AnyTool, TargetUse } from "./tool.ts";

/** Arguments that fit the tool's closed schema, taken apart: what names targets never reaches the handler as text. */
export interface Accepted {
  readonly input: Readonly<Record<string, unknown>>;
  readonly targets: readonly CallTarget[];
  /** Members of list arguments, decided one by one. */
  readonly each: readonly CallTarget[];
  /** How `targets` and `each` go back to the names that the handler knows them by, in order. */
  readonly plan: readonly { readonly name: string; readonly many: boolean; readonly count: number }[];
}

export interface Invalid {
  readonly code: "input.invalid" | "limit.input";
  readonly rule: string;
  readonly message: string;
}

/** Names and values come from the caller: only so much of them goes back. */
const shownLength = 64;

export function readArguments(tool: AnyTool, given: Readonly<Record<string, unknown>>, limits: Limits): Accepted | Invalid {
  const bounded = checkShape(given, limits);
  if (bounded !== undefined) return bounded;
  const parsed = tool.input.safeParse(given);
  if (!parsed.success) return invalid(tool.name, parsed.error.issues[0]);

  const input: Record<string, unknown> = { ...parsed.data };
  const targets: CallTarget[] = [];
  const each: CallTarget[] = [];
  const plan: { name: string; many: boolean; count: number }[] = [];
  for (const [name, use] of Object.entries<TargetUse>(tool.targets)) {
    const raw: unknown = "takes" in use ? taken(parsed.data, use.takes) : parsed.data[use.argument];
    for (const consumed of "takes" in use ? use.takes : [use.argument]) delete input[consumed];
    if (raw === undefined) continue;
    const { kind, argument, access, operation } = use;
    if (use.many) {
      const members = raw as readonly unknown[];
      for (const [index, member] of members.entries()) each.push({ kind, argument: `${argument}[${index}]`, raw: member, access, operation });
      plan.push({ name, many: true, count: members.length });
    } else {
      targets.push({ kind, argument, raw, access, operation });
      plan.push({ name, many: false, count: 1 });
    }
  }
  return { input, targets, each, plan };
}

function taken(data: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
}

/**
 * Bounds nesting and number of members before a schema walks the value, and refuses the one key that objects do not
 * hold as a plain member: `__proto__` would vanish in a copy, so the schema would pass what the handler never sees.
 */
function checkShape(value: unknown, limits: Limits): Invalid | undefined {
  let elements = 0;
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > limits.depth) return { code: "limit.input", rule: "depth", message: `The arguments are nested deeper than ${limits.depth} levels.` };
    const keys = Object.keys(next.value);
    elements += keys.length;
    if (elements > limits.elements) {
      return { code: "limit.input", rule: "elements", message: `The arguments hold more than ${limits.elements} members.` };
    }
    if (!Array.isArray(next.value) && keys.includes("__proto__")) {
      return { code: "input.invalid", rule: "proto", message: "An argument named __proto__ is not allowed." };
    }
    for (const member of Object.values(next.value)) {
      if (typeof member === "object" && member !== null) open.push({ value: member, depth: next.depth + 1 });
    }
  }
  return undefined;
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function invalid(tool: string, issue: Issue | undefined): Invalid {
  const field = issue === undefined || issue.path.length === 0 ? undefined : cut(issue.path.map(String).join("."));
  if (issue?.code === "unrecognized_keys") {
    const key = cut(String(issue.keys?.[0]));
    const place = field === undefined ? "" : ` in ${field}`;
    return { code: "input.invalid", rule: "unknown-argument", message: `${tool} takes no argument ${JSON.stringify(key)}${place}.` };
  }
  const reason = cut(issue?.message ?? "does not fit the schema", 200);
  return { code: "input.invalid", rule: "schema", message: `Argument ${JSON.stringify(field ?? "(all)")} of ${tool}: ${reason}.`.replace(/\.\.$/, ".") };
}

function cut(value: string, length = shownLength): string {
  return value.length <= length ? value : `${value.slice(0, length)}…`;
}
