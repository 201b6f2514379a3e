import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vitest/node";

/** Root of the repository. */
export const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** One source file, parsed. Paths are relative to the repository, with `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly program: Node;
}

/** What a check found wrong, and where. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export function sourceOf(path: string, text: string): Source {
  const program = parseAst(text.replace(/^#!/, "//"), { lang: path.endsWith(".ts") ? "ts" : "js" });
  return { path, text, program: program as unknown as Node };
}

/** Every source and test file of the repository. */
export function readSources(): readonly Source[] {
  const paths = globSync(["{packages,servers}/*/{src,test,bin}/**/*.{ts,js}", "test/**/*.ts"], {
    cwd: repository,
    exclude: (name) => name === "node_modules" || name === "dist",
  });
  return paths.toSorted().map((path) => sourceOf(path, readFileSync(join(repository, path), "utf8")));
}

/** Every node of a tree, outer ones first. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function found(source: Source, at: Node | number, message: string): Finding {
  const start = typeof at === "number" ? at : at.start;
  return { path: source.path, line: source.text.slice(0, start).split("\n").length, message };
}

/** `packages/policy` of `packages/policy/src/codes.ts`; `test` for the test package. */
export function packageOf(path: string): string {
  return path.startsWith("test/") ? "test" : path.split("/", 2).join("/");
}

/** The code that ships, not its tests. */
export function isShipped(path: string): boolean {
  return /^(packages|servers)\/[^/]+\/(src|bin)\//.test(path);
}
