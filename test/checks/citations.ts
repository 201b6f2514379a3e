import { isNode, nodesOf, type Node, type Source } from "./source.ts";

/** Requirement ids in the names of tests and groups, `(F3)` or `(F3, E1)`, each with the files that cite it. */
export function citations(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const cited = new Map<string, string[]>();
  for (const source of sources.filter((each) => each.path.endsWith(".test.ts"))) {
    for (const node of nodesOf(source.program)) {
      if (node.type !== "CallExpression" || !isTest(node["callee"])) continue;
      for (const id of namesIn(node).flatMap(idsIn)) cited.set(id, [...new Set([...(cited.get(id) ?? []), source.path])]);
    }
  }
  return cited;
}

export interface Coverage {
  readonly unknown: readonly string[];
  readonly unproved: readonly string[];
  /** Cited and listed as later at once: the list is stale. */
  readonly early: readonly string[];
}

export function coverage(cited: ReadonlyMap<string, readonly string[]>, known: readonly string[], later: readonly string[]): Coverage {
  const where = ([id, paths]: readonly [string, readonly string[]]): string => `${id} in ${paths.join(", ")}`;
  return {
    unknown: [...cited].filter(([id]) => !known.includes(id)).map(where),
    unproved: known.filter((id) => !cited.has(id) && !later.includes(id)),
    early: [...cited].filter(([id]) => later.includes(id)).map(where),
  };
}

/** `test`, `it`, `describe`, and what they become by `.each(…)`, `.skipIf(…)` and the like. */
function isTest(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === "Identifier") return ["test", "it", "describe"].includes(String(callee["name"]));
  return isTest(callee["object"] ?? callee["callee"] ?? callee["tag"]);
}

/** A test's own name; of a table, the texts in its rows that end in ids, since rows become names. */
function namesIn(call: Node): readonly string[] {
  const [first] = call["arguments"] as readonly unknown[];
  const callee = call["callee"] as Node;
  const property = callee["property"];
  if (!isNode(property) || property["name"] !== "each" || !isNode(first)) return [textOf(first)];
  return [...nodesOf(first)].map(textOf).filter((text) => text.endsWith(")"));
}

function textOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (node.type === "Literal") return String(node["value"]);
  if (node.type !== "TemplateLiteral") return "";
  return (node["quasis"] as readonly Node[]).map((part) => (part["value"] as { readonly cooked: string }).cooked).join("");
}

function idsIn(name: string): readonly string[] {
  return [...name.matchAll(/\(([A-Z]\d{1,2}(?:, ?[A-Z]\d{1,2})*)\)/g)].flatMap((match) => (match[1] ?? "").split(/, ?/));
}
