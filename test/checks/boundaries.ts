import { builtinOf, dependencyOf, importsOf, isRelative, type Import } from "./imports.ts";
import { found, isShipped, packageOf, type Finding, type Source } from "./source.ts";

/** What asks issuers of tokens for their keys, and so goes out: it is loaded when tokens are to be checked, and by nothing else. */
const issuerKeys = "packages/runtime/src/http/tokens";

/** The package DAG of the design: what each may import besides itself. What is not listed may import nothing. */
const below: Readonly<Record<string, readonly string[]>> = {
  "packages/policy": [],
  "packages/paths": ["policy"],
  "packages/network": ["policy"],
  "packages/repositories": ["policy", "network"],
  "packages/credentials": ["policy"],
  "packages/evidence": ["policy"],
  "packages/runtime": ["policy", "evidence", "credentials"],
  "packages/cli": ["policy", "paths", "network", "credentials", "evidence", "runtime"],
  "packages/testing": ["policy", "paths", "network", "credentials", "evidence", "runtime"],
  servers: ["policy", "paths", "network", "repositories", "runtime"],
};

/** Builtins that give a program no reach beyond itself. Any other has an owner below, or nobody may load it. */
const harmless = new Set(
  "assert async_hooks buffer console constants crypto diagnostics_channel events os path perf_hooks process punycode querystring readline stream string_decoder timers url util zlib".split(
    " ",
  ),
);

/** Ambient authority: which package, or which single file, may load it. */
const builtinOwners: Readonly<Record<string, readonly string[]>> = {
  fs: ["packages/paths", "packages/evidence", "packages/credentials", "packages/testing", "packages/runtime/src/policy-source.ts"],
  worker_threads: ["packages/paths", "servers/fetch-read"],
  child_process: ["packages/testing", "packages/credentials/src/run-helper.ts", "servers/fetch-read/src/bounded-process.ts"],
  net: ["packages/network", "packages/runtime/src/http"],
  dns: ["packages/network"],
  tls: ["packages/network", "packages/runtime/src/http"],
  http: ["packages/network", "packages/runtime/src/http", "packages/testing"],
  https: ["packages/network", "packages/runtime/src/http"],
  http2: [],
  module: ["servers/*/bin", "packages/cli"],
  v8: ["servers/*/bin"],
};

/** Third-party packages have one owner each; zod, the language that schemas are written in, is the one that is shared. */
const dependencyOwners: Readonly<Record<string, readonly string[]>> = {
  zod: ["packages/policy", "packages/paths", "packages/network", "packages/repositories", "packages/credentials", "packages/runtime", "servers/*"],
  yaml: ["packages/policy"],
  re2js: ["packages/paths"],
  undici: ["packages/network"],
  "ipaddr.js": ["packages/network"],
  "better-sqlite3": ["packages/evidence"],
  "@modelcontextprotocol/server": ["packages/runtime"],
  "@modelcontextprotocol/node": ["packages/runtime"],
  "@modelcontextprotocol/client": ["packages/testing"],
  jose: [issuerKeys],
  "@secretlint/types": ["packages/runtime"],
  "@secretlint/secretlint-rule-preset-recommend": ["packages/runtime"],
  "cli-table3": ["packages/cli"],
  "fast-check": ["packages/testing"],
  diff: ["servers/filesystem-write"],
  htmlparser2: ["servers/fetch-read"],
  "@mozilla/readability": ["servers/fetch-read"],
  linkedom: ["servers/fetch-read"],
  unpdf: ["servers/fetch-read"],
  "markdown-it": ["servers/fetch-read"],
  marked: ["servers/fetch-read"],
  "mdast-util-from-markdown": ["servers/fetch-read"],
  "mdast-util-gfm": ["servers/fetch-read"],
  "micromark-extension-gfm": ["servers/fetch-read"],
  "@octokit/rest": ["servers/repo-read", "servers/repo-write"],
};

/** Arrows point down, each authority and each dependency stays with its owner, and nobody loads a module by a computed name but the operator's command. */
export function boundaries(sources: readonly Source[]): readonly Finding[] {
  return sources.filter((source) => isShipped(source.path)).flatMap((source) => importsOf(source).flatMap(judge));
}

function judge(edge: Import): readonly Finding[] {
  const { source, at, specifier } = edge;
  const wrong = (message: string): readonly Finding[] => [found(source, at, message)];
  if (specifier === undefined)
    return computedAllowed(source.path) ? [] : wrong("loads a module by a computed name, or through a loader that no check can follow");
  if (isRelative(specifier)) {
    if (leavesPackage(source.path, specifier)) return wrong(`${specifier} reaches into another package past its exports`);
    return loadsIssuerKeys(edge) ? wrong(`${specifier} goes out for keys: it is loaded where tokens are checked first, by import()`) : [];
  }
  const builtin = builtinOf(specifier);
  if (builtin !== undefined) {
    if (harmless.has(builtin) || loadsByName(edge) || owns(builtinOwners[builtin], source.path)) return [];
    return wrong(`${specifier} belongs to ${builtinOwners[builtin]?.join(", ") || "nobody"}`);
  }
  const dependency = dependencyOf(specifier);
  if (dependency.startsWith("@postern/"))
    return mayImport(source.path, dependency) || (dependency === "@postern/network" && owns([issuerKeys], source.path))
      ? []
      : wrong(`${packageOf(source.path)} may not import ${dependency}: the arrow points the wrong way`);
  return owns(dependencyOwners[dependency], source.path) ? [] : wrong(`${dependency} belongs to ${dependencyOwners[dependency]?.join(", ") ?? "nobody"}`);
}

/** `createRequire` under its own name: what it then loads is an edge of its own, judged like any other. For what is loaded at first use. */
function loadsByName({ specifier, names }: Import): boolean {
  return specifier === "node:module" && names.length === 1 && names[0] === "createRequire";
}

function mayImport(path: string, dependency: string): boolean {
  const own = packageOf(path);
  const allowed = below[own] ?? (own.startsWith("servers/") ? below["servers"] : undefined);
  return allowed?.includes(dependency.slice("@postern/".length)) ?? false;
}

/** At the start, whatever the policy says: types are not there at run time, and `import()` runs when it is reached. */
function loadsIssuerKeys({ source, at, specifier = "" }: Import): boolean {
  if (!source.path.startsWith("packages/runtime/") || owns([issuerKeys], source.path) || !owns([issuerKeys], resolved(source.path, specifier))) return false;
  return at.type !== "ImportExpression" && at.type !== "TSImportType" && at["importKind"] !== "type" && at["exportKind"] !== "type";
}

function owns(owners: readonly string[] | undefined, path: string): boolean {
  return owners?.some((owner) => new RegExp(`^${owner.replaceAll(".", "\\.").replace("*", "[^/]+")}(/|$)`).test(path)) ?? false;
}

/** The operator's command loads an installed server's definition by its name; nothing else computes what it loads. */
function computedAllowed(path: string): boolean {
  return path.startsWith("packages/cli/src/");
}

function leavesPackage(path: string, specifier: string): boolean {
  return packageOf(resolved(path, specifier)) !== packageOf(path);
}

function resolved(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}
