import { builtinModules } from "node:module";
import { isNode, nodesOf, type Node, type Source } from "./source.ts";

/** One mention of another module, however it is written. */
export interface Import {
  readonly source: Source;
  readonly at: Node;
  /** Undefined: computed at run time, so that nobody can say what is loaded. */
  readonly specifier: string | undefined;
  /** The names that are taken, `name as other` where it gets another one; `*` for all of them. */
  readonly names: readonly string[];
}

/** Every way to load a module: static, re-exporting, dynamic, in types, by `require` and by `process.getBuiltinModule`. */
export function importsOf(source: Source): readonly Import[] {
  return [...nodesOf(source.program)].flatMap((node) => {
    switch (node.type) {
      case "ImportDeclaration":
        return [{ source, at: node, specifier: literal(node["source"]), names: taken(node["specifiers"]) }];
      case "ExportNamedDeclaration":
        return isNode(node["source"]) ? [{ source, at: node, specifier: literal(node["source"]), names: taken(node["specifiers"]) }] : [];
      case "ExportAllDeclaration":
      case "ImportExpression":
        return [{ source, at: node, specifier: literal(node["source"]), names: ["*"] }];
      case "TSImportType":
        return [{ source, at: node, specifier: literal(node["source"] ?? node["argument"]), names: ["*"] }];
      case "CallExpression":
        return loaded(source, node);
      default:
        return [];
    }
  });
}

export function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

/** `fs` of `node:fs`, `fs` and `node:fs/promises`; undefined for everything that is not built in. */
export function builtinOf(specifier: string): string | undefined {
  if (specifier.startsWith("node:")) return specifier.slice("node:".length).split("/", 1)[0];
  return builtinModules.includes(specifier) ? specifier.split("/", 1)[0] : undefined;
}

/** `@scope/name` of `@scope/name/sub/path`. */
export function dependencyOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

const loaders = new Set(["require", "createRequire", "getBuiltinModule", "dlopen", "binding", "_linkedBinding"]);

/** `createRequire(here)("name")` says what it loads; a `createRequire` that is kept, or asked something else, does not. */
function loaded(source: Source, call: Node): readonly Import[] {
  const callee = call["callee"];
  const [first] = call["arguments"] as readonly unknown[];
  if (isNode(callee) && callee.type === "CallExpression" && calledName(callee) === "createRequire") {
    return [{ source, at: callee, specifier: literal(first), names: ["*"] }];
  }
  const name = calledName(call);
  if (name === undefined || !loaders.has(name)) return [];
  if (name === "createRequire" && calledAtOnce(source, call)) return [];
  return [{ source, at: call, specifier: name === "createRequire" ? undefined : literal(first), names: ["*"] }];
}

function calledName(call: Node): string | undefined {
  const callee = call["callee"];
  if (!isNode(callee)) return undefined;
  const named = callee.type === "MemberExpression" ? callee["property"] : callee;
  return isNode(named) ? String(named["name"] ?? named["value"]) : undefined;
}

function calledAtOnce(source: Source, call: Node): boolean {
  return [...nodesOf(source.program)].some((node) => node.type === "CallExpression" && node["callee"] === call);
}

function literal(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "TSLiteralType") return literal(node["literal"]);
  return node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined;
}

function taken(specifiers: unknown): readonly string[] {
  return (specifiers as readonly Node[]).map((specifier) => {
    const name = specifier.type === "ImportSpecifier" ? specifier["imported"] : specifier.type === "ExportSpecifier" ? specifier["local"] : undefined;
    if (!isNode(name)) return specifier.type === "ImportDefaultSpecifier" ? "default" : "*";
    const given = String(name["name"] ?? name["value"]);
    const local = specifier["local"];
    return specifier.type === "ImportSpecifier" && isNode(local) && local["name"] !== given ? `${given} as ${String(local["name"])}` : given;
  });
}
