import { basename } from "node:path";
import { found, isShipped, nodesOf, type Finding, type Node, type Source } from "./source.ts";

const ceiling = 300;
/** Tables of cases grow longer than code before they get hard to read. */
const testCeiling = 450;
const dumpingGrounds = new Set(["utils.ts", "util.ts", "helpers.ts", "helper.ts", "types.ts", "common.ts", "misc.ts", "shared.ts"]);

/** A file over the ceiling is two files. */
export function length(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) => {
    const lines = source.text.trimEnd().split("\n").length;
    const most = source.path.endsWith(".test.ts") ? testCeiling : ceiling;
    return lines > most ? [found(source, 0, `${lines} lines; the ceiling is ${most}`)] : [];
  });
}

/** No `export *`, no default exports, no dumping grounds; an `index.ts` only re-exports, by name. */
export function exportsByName(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) => [
    ...(dumpingGrounds.has(basename(source.path)) ? [found(source, 0, "a file is named after what it holds")] : []),
    ...(source.program["body"] as readonly Node[]).flatMap((node) => {
      if (node.type === "ExportAllDeclaration") return [found(source, node, "`export *` hides what a package promises")];
      if (node.type === "ExportDefaultDeclaration" && !source.path.endsWith(".config.ts"))
        return [found(source, node, "default exports have no name to search for")];
      const reExport = node.type === "ExportNamedDeclaration" && node["source"] !== null && node["source"] !== undefined;
      if (isShipped(source.path) && basename(source.path) === "index.ts" && !reExport) return [found(source, node, "index.ts only re-exports by name")];
      return [];
    }),
  ]);
}

const wording: readonly (readonly [RegExp, string])[] = [
  [/\b(TODO|FIXME|XXX|HACK)\b/, "an open end in a comment"],
  [/@ts-(ignore|nocheck|expect-error)/, "silences the compiler"],
  [/(oxlint|eslint|biome)-(disable|ignore)(?!-next-line [a-z/-]+ -- \S)/, "silences a check without naming one rule for one line, and a reason"],
];

/** No open ends and no silenced checks. */
export function comments(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => !source.path.startsWith("test/checks/"))
    .flatMap((source) =>
      source.text
        .split("\n")
        .flatMap((line, index) => wording.flatMap(([pattern, message]) => (pattern.test(line) ? [{ path: source.path, line: index + 1, message }] : []))),
    );
}

const inTests: readonly (readonly [RegExp, string])[] = [
  [/^(it|test|describe|suite|bench)\.(only|todo)$/, "leaves other tests out"],
  [/^(it|test|describe|suite)\.skip$/, "is skipped without a condition"],
];

/** No test is left out: a skip needs a condition (`skipIf`), so that its name says what is missing on this machine. */
export function everyTestRuns(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => source.path.endsWith(".test.ts"))
    .flatMap((source) =>
      [...nodesOf(source.program)].flatMap((node) => {
        if (node.type !== "MemberExpression") return [];
        const object = (node["object"] as Node)["name"];
        const property = (node["property"] as Node)["name"];
        return inTests.flatMap(([pattern, message]) => (pattern.test(`${String(object)}.${String(property)}`) ? [found(source, node, message)] : []));
      }),
    );
}
