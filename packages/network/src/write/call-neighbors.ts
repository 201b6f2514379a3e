import type { DenialCode, Neighbor } from "@postern/policy";
import type { Scalar } from "./json-schema.ts";
import type { OpenCall } from "./call-scope.ts";
import type { PathValue, QueryValue } from "./url-template.ts";

/** What a caller says of one request, by the groups that its card declares. */
export interface RawCall {
  readonly path?: Readonly<Record<string, PathValue>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
}

/** Depending on its schema a value is refused before its place in the URL is looked at. */
const codes: readonly DenialCode[] = ["net.url", "input.invalid"];

/** The calls just outside of a declared one: values that would lead elsewhere, and what no card declares. */
export function callNeighbors({ call, template }: OpenCall): readonly Neighbor<RawCall>[] {
  const usual = Object.fromEntries(template.names.map((name): [string, PathValue] => [name, sampleOf(call.path[name])]));
  const open = template.names.filter((name) => call.path[name]?.type === "string");
  const within = open.flatMap((name) =>
    (
      [
        ["the parent directory", ".."],
        ["another place", "../../admin"],
        ["another place, encoded", "..%2f..%2fadmin"],
        ["another place by backslash", "..\\admin"],
        ["nothing", ""],
        ["a line feed", "a\nb"],
      ] as const
    ).map(([what, value]) => neighbor(`${what} as ${name}`, { path: { ...usual, [name]: value } })),
  );
  const path = template.names.length === 0 ? {} : { path: usual };
  return [
    ...within,
    neighbor("a URL of the caller's own", { ...path, url: "https://neighbor.example/" }),
    neighbor("a header of the caller's own", { ...path, headers: { host: "neighbor.example" } }),
    neighbor("a parameter that is not declared", { path: { ...usual, undeclared_neighbor: "x" } }),
  ];
}

function neighbor(name: string, raw: Readonly<Record<string, unknown>>): Neighbor<RawCall> {
  return { name, raw, operation: "call", codes };
}

function sampleOf(schema: Scalar | undefined): PathValue {
  switch (schema?.type) {
    case "string":
      return schema.const ?? schema.enum?.[0] ?? "a".repeat(Math.max(1, schema.minLength ?? 1));
    case "integer":
    case "number":
      return schema.const ?? schema.enum?.[0] ?? schema.minimum ?? 1;
    default:
      return true;
  }
}
