import { createRequire } from "node:module";
import type { Document, Node, ParsedNode, YAMLMap } from "yaml";
import { PolicyError, type PolicyProblem } from "./policy-error.ts";

/** Bytes of UTF-8. */
const largest = 4 * 1024 * 1024;
/** Open collections in the parser's stack, about two for each level of nesting. */
const deepest = 80;
/** Problems kept of one file. */
const mostProblems = 100;

export type Path = readonly (string | number)[];

/** The plain value of a policy file, and the way back from a path in it to line and column. */
export interface YamlSource {
  readonly value: unknown;
  /** The problem at a path; `key` points at the key's own text, `value` at what stands behind it. */
  problem(path: Path, at: "key" | "value", message: string): PolicyProblem;
}

/** Loaded at first use: a server that starts without a policy file does not pay for it. */
type Yaml = typeof import("yaml");
let loaded: Yaml | undefined;
function yaml(): Yaml {
  loaded ??= createRequire(import.meta.url)("yaml") as Yaml;
  return loaded;
}

/**
 * Reads one YAML 1.2 document of the core schema, strictly: no duplicate keys, aliases, anchors, tags, directives or
 * second document, no number that a double cannot hold, no `__proto__`. What is left means the same to every reader of
 * the file. Throws `PolicyError` with every problem that was found; bounded in size and depth before anything is built.
 */
export function readYaml(source: string, file: string): YamlSource {
  const { LineCounter } = yaml();
  const lines = new LineCounter();
  lines.addNewLine(0);
  const problems: PolicyProblem[] = [];
  const report = (offset: number, path: Path, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ file, line, column: col, path: path.join("."), message });
  };
  const stopIfAny = (): void => {
    if (problems.length > 0) throw new PolicyError(problems.slice(0, mostProblems));
  };

  if (Buffer.byteLength(source) > largest) report(0, [], `the file is larger than ${largest} bytes`);
  stopIfAny();
  const document = compose(source, lines, report);
  stopIfAny();
  const value = document === undefined ? null : plain(document.contents, [], report);
  stopIfAny();
  return {
    value,
    problem: (path, at, message) => {
      const { line, col } = lines.linePos(offsetOf(document?.contents ?? null, path, at));
      return { file, line, column: col, path: path.join("."), message };
    },
  };
}

type Report = (offset: number, path: Path, message: string) => void;

function compose(source: string, lines: InstanceType<Yaml["LineCounter"]>, report: Report): Document.Parsed | undefined {
  const { Composer, Lexer, Parser } = yaml();
  const parser = new Parser();
  const tokens = [];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  for (const lexeme of new Lexer().lex(source)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > deepest) {
      report(parser.offset, [], "collections are nested too deeply");
      return undefined;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  for (const token of tokens) {
    if (token.type === "directive") report(token.offset, [], "directives (%YAML, %TAG) are not allowed");
  }
  // Unique keys are checked below: the library compares each key with all before it, which takes hours on a large map.
  const composer = new Composer({ version: "1.2", schema: "core", merge: false, strict: true, uniqueKeys: false, stringKeys: true, prettyErrors: false });
  const [document, second] = [...composer.compose(tokens, true, source.length)];
  // An unknown tag is only a warning to the library.
  for (const { pos, message } of [...(document?.errors ?? []), ...(document?.warnings ?? [])]) report(pos[0], [], message);
  if (second !== undefined) report(second.range[0], [], "only one document is allowed");
  return document;
}

function plain(node: ParsedNode | null | undefined, path: Path, report: Report): unknown {
  const { isAlias, isMap, isScalar, isSeq } = yaml();
  if (node === null || node === undefined) return null;
  const [start] = node.range;
  if (isAlias(node)) return report(start, path, "aliases (*name) are not allowed; write the value out");
  if (node.anchor !== undefined) report(start, path, "anchors (&name) are not allowed");
  if (node.tag !== undefined) report(start, path, "tags (!name) are not allowed");
  if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index], report));
  if (isMap(node)) return plainMap(node, path, report);
  if (!isScalar(node)) return report(start, path, "this is no scalar, list or map");
  const { value } = node;
  if (typeof value === "number" && !Number.isSafeInteger(value) && !(Number.isFinite(value) && !Number.isInteger(value))) {
    report(start, path, "the number cannot be held exactly; write it in quotes if it is a name");
  }
  return value;
}

function plainMap(map: YAMLMap.Parsed, path: Path, report: Report): Readonly<Record<string, unknown>> {
  const { isScalar } = yaml();
  const entries = new Map<string, unknown>();
  for (const { key, value } of map.items) {
    const name = isScalar(key) && typeof key.value === "string" ? key.value : undefined;
    const [start] = (key as ParsedNode | null)?.range ?? map.range;
    if (name === undefined) {
      report(start, path, "a key is a plain word");
      continue;
    }
    const here = [...path, name];
    if (isScalar(key) && key.anchor !== undefined) report(start, here, "anchors (&name) are not allowed");
    if (isScalar(key) && key.tag !== undefined) report(start, here, "tags (!name) are not allowed");
    if (name === "__proto__") report(start, here, "this key is not allowed");
    if (entries.has(name)) report(start, here, "the key stands here for the second time");
    entries.set(name, plain(value, here, report));
  }
  entries.delete("__proto__");
  return Object.fromEntries(entries);
}

/** The deepest place on the path that exists in the file. */
function offsetOf(root: ParsedNode | null, path: Path, at: "key" | "value"): number {
  const { isMap, isScalar, isSeq } = yaml();
  let node: Node | null | undefined = root;
  let offset = root?.range[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isSeq(node) && typeof step === "number") {
      node = node.items[step] as Node | null | undefined;
    } else if (isMap(node)) {
      const pair: { key: unknown; value: unknown } | undefined = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      if (at === "key" && depth === path.length - 1) return offset;
      node = pair.value as Node | null;
    }
    if (node === null || node === undefined) return offset;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}
