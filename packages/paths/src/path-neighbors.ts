import { dirname } from "node:path";
import type { Access, Neighbor } from "@postern/policy";
import { checkGlob } from "./glob.ts";
import type { PathScope, ScopeRoot } from "./path-scope.ts";
import { rulesFor } from "./path-scope.ts";
import { absolutePath } from "./root.ts";

/** The calls just outside of a card that everybody tries first. Only those that its rules do deny. */
export function pathNeighbors(scope: PathScope, access: Access): readonly Neighbor<string>[] {
  return scope.roots.flatMap((entry) => [...outside(scope, entry), ...inside(scope, entry, access)]);
}

function* outside(scope: PathScope, { root }: ScopeRoot): Generator<Neighbor<string>> {
  if (root.canonical === "/") return;
  const given = (path: string): boolean => scope.table.locate(path.split("/").filter((part) => part !== "")) !== undefined;
  const codes = ["path.outside_root"] as const;
  const parent = dirname(root.canonical);
  if (!given(parent)) yield { name: "parent", raw: parent, operation: "directory", codes };
  const sibling = `${root.canonical}-neighbor`;
  if (!given(sibling)) yield { name: "sibling with the root's prefix", raw: sibling, operation: "any", codes };
  if (!given(parent)) yield { name: "traversal", raw: `${root.canonical}/../${"../".repeat(8)}etc/passwd`, operation: "file", codes };
  if (!given("/etc/passwd")) yield { name: "absolute path elsewhere", raw: "/etc/passwd", operation: "file", codes };
}

function* inside(scope: PathScope, entry: ScopeRoot, access: Access): Generator<Neighbor<string>> {
  const { root, written } = entry;
  yield { name: "NUL in the name", raw: `${root.canonical}/a\0b`, operation: "file", codes: ["path.invalid"] };
  const rules = rulesFor(scope, entry, access, []);
  for (const [name, relative] of [
    ["private key", ".ssh/id_ed25519"],
    ["environment file", ".env"],
    ["repository's hook", ".git/hooks/post-checkout"],
    ["workflow file", ".github/workflows/neighbor.yml"],
    ["shell start-up file", ".bashrc"],
    ["editor's configuration", ".vscode/settings.json"],
  ] as const) {
    const names = relative.split("/");
    const verdict = names.map((one, depth) => rules.verdict(names.slice(0, depth + 1).join("/"), one)).find((found) => found !== undefined);
    if (verdict?.decision === "protected") yield { name, raw: absolutePath(root, relative), operation: "file", codes: ["path.protected"] };
  }
  for (const [index, pattern] of (written.deny ?? []).entries()) {
    const example = exampleOf(pattern);
    const names = example.split("/");
    // A protected name on the way speaks first.
    const verdict = names.map((name, depth) => rules.verdict(names.slice(0, depth + 1).join("/"), name)).find((found) => found !== undefined);
    if (verdict !== undefined) yield { name: `deny[${index}]`, raw: absolutePath(root, example), operation: "any", codes: ["path.excluded", "path.protected"] };
  }
}

/** A path that a pattern most likely matches; one that it does not match is left out by the caller. */
function exampleOf(pattern: string): string {
  if (checkGlob(pattern) !== undefined) return "";
  return pattern
    .replace(/^\/+|\/+$/g, "")
    .replaceAll(/\{([^{},]*)[^{}]*\}/g, "$1")
    .replaceAll(/\[([^\]!^])[^\]]*\]/g, "$1")
    .replaceAll(/\[[^\]]*\]/g, "x")
    .replaceAll(/\*+/g, "x")
    .replaceAll("?", "x");
}
