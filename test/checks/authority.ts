import { isRelative, importsOf } from "./imports.ts";
import { found, isNode, isShipped, nodesOf, type Finding, type Source } from "./source.ts";

/** The one file that may make a value of a branded type by a cast. Everyone else gets one from it, checked. */
const brandOwners: Readonly<Record<string, string>> = {
  Committed: "packages/evidence/src/committed.ts",
  EntryName: "packages/paths/src/name.ts",
  Handle: "packages/paths/src/handle.ts",
};

/** Authority cannot be cast into being outside the file that owns its brand. */
export function brands(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => isShipped(source.path))
    .flatMap((source) =>
      [...nodesOf(source.program)].flatMap((node) => {
        if (node.type !== "TSAsExpression" && node.type !== "TSTypeAssertion" && node.type !== "TSSatisfiesExpression") return [];
        return brandsIn(node["typeAnnotation"]).flatMap((brand) =>
          brandOwners[brand] === source.path ? [] : [found(source, node, `casts to ${brand}, which only ${brandOwners[brand]} may make`)],
        );
      }),
    );
}

function brandsIn(annotation: unknown): readonly string[] {
  if (!isNode(annotation)) return [];
  return [...nodesOf(annotation)].flatMap((node) =>
    node.type === "Identifier" && Object.hasOwn(brandOwners, String(node["name"])) ? [String(node["name"])] : [],
  );
}

/** Files of the packages that read servers stand on which may change files: each for the reason beside it. */
const mayChange: readonly (readonly [RegExp, string])[] = [
  [/^packages\/paths\/src\/write\//, "the writers, behind @postern/paths/write"],
  [/^packages\/paths\/src\/guarantee\.ts$/, "the start-up self-test, in a temporary directory of its own"],
];

/** Recursive file system calls resolve names inside the kernel or libuv, past the walk: nothing near the paths may ask for one. */
export function recursion(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(
      (source) =>
        isShipped(source.path) &&
        /^(packages\/paths|servers\/filesystem-[a-z]+)\//.test(source.path) &&
        !mayChange.some(([pattern]) => pattern.test(source.path)),
    )
    .flatMap((source) =>
      [...nodesOf(source.program)].flatMap((node) => {
        if (node.type !== "Property" || !isNode(node["key"])) return [];
        const name = node["key"]["name"] ?? node["key"]["value"];
        return name === "recursive" && !isFalse(node["value"]) ? [found(source, node, "recursive file system calls leave the walk")] : [];
      }),
    );
}

function isFalse(value: unknown): boolean {
  return isNode(value) && value.type === "Literal" && value["value"] === false;
}

/** What only looks. Everything else of `node:fs` can change something, or cannot be told from its name. */
const looking = new Set(
  (
    "accessSync close closeSync constants existsSync fstat fstatSync lstat lstatSync open openSync opendirSync read readSync readdir readdirSync readFileSync readlink readlinkSync " +
    "realpathSync stat statSync BigIntStats Dir Dirent Stats"
  ).split(" "),
);

/** Who may change files: only the named files of `paths` take anything from `node:fs` that could. */
export function writers(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => isShipped(source.path) && source.path.startsWith("packages/paths/") && !mayChange.some(([pattern]) => pattern.test(source.path)))
    .flatMap((source) =>
      importsOf(source)
        .filter((edge) => edge.specifier === "node:fs" || edge.specifier === "fs" || edge.specifier?.startsWith("node:fs/"))
        .flatMap((edge) =>
          edge.names
            .filter((name) => !looking.has(name.split(" as ", 1)[0] ?? name) || edge.specifier !== "node:fs")
            .map((name) => found(source, edge.at, `takes ${name} of ${edge.specifier}, which can change files`)),
        ),
    );
}

const directoryOwner = "packages/paths/src/descriptors.ts";
/** What acts on a descriptor, whatever the working directory is by the time it does, and what is no call at all. */
const byDescriptor = new Set("close constants fstat fsync read write".split(" "));

/**
 * A path through a descriptor may be relative to where the process stands: only one file moves it, and the paths package
 * hands no path to another thread, which would look it up later.
 */
export function workingDirectory(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ path }) => isShipped(path))
    .flatMap((source) => [
      ...[...nodesOf(source.program)]
        .filter((node) => node.type === "Identifier" && node["name"] === "chdir" && source.path !== directoryOwner)
        .map((node) => found(source, node, `changes the working directory, which only ${directoryOwner} may`)),
      ...(source.path.startsWith("packages/paths/") ? importsOf(source) : [])
        .filter((edge) => edge.specifier === "node:fs")
        .flatMap((edge) =>
          edge.names
            .map((name) => name.split(" as ", 1)[0] ?? name)
            .filter((name) => !name.endsWith("Sync") && !/^[A-Z]/.test(name) && !byDescriptor.has(name))
            .map((name) => found(source, edge.at, `takes ${name}, which looks a path up on another thread`)),
        ),
    ]);
}

/** A read server's binary reaches no writer: follows every import from its own files, through packages, to the end. */
export function readersReachNoWriter(sources: readonly Source[], exported: (specifier: string) => string | undefined): readonly Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const pending = sources.filter((source) => /^servers\/[^/]+-read\/(src|bin)\//.test(source.path)).map((source) => [source] as readonly Source[]);
  const visited = new Set<string>();
  const findings: Finding[] = [];
  for (let way = pending.pop(); way !== undefined; way = pending.pop()) {
    const source = way.at(-1) as Source;
    if (visited.has(source.path)) continue;
    visited.add(source.path);
    for (const edge of importsOf(source)) {
      const target = edge.specifier === undefined ? undefined : targetOf(source.path, edge.specifier, exported);
      if (target === undefined) continue;
      if (isWriter(edge.specifier ?? "", target))
        findings.push(found(source, edge.at, `reaches the writer ${target} from ${(way[0] as Source).path} by ${way.map((step) => step.path).join(" → ")}`));
      const next = byPath.get(target);
      if (next !== undefined) pending.push([...way, next]);
    }
  }
  return findings;
}

/** Files that stand behind what a read server may reach of the network, and may not send anything but a question. */
const asking = /^(packages\/network\/src\/(?!write\/)|servers\/[^/]+-read\/)/;
const changing = new Set(["POST", "PUT", "PATCH", "DELETE"]);
/** Who may make a client that could send anything: what asks with GET and HEAD alone, and the writers. */
const clientOwners = /^packages\/network\/src\/(pinned-request\.ts$|write\/)/;

/** No method that changes something is named outside of the network's writers, and no client is made that could use one. */
export function asksOnly(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => isShipped(source.path))
    .flatMap((source) => [
      ...(asking.test(source.path) ? [...nodesOf(source.program)] : [])
        .filter((node) => node.type === "Literal" && changing.has(String(node["value"])))
        .map((node) => found(source, node, `names the method ${String(node["value"])}, which belongs to packages/network/src/write`)),
      ...importsOf(source)
        .filter((edge) => edge.names.some((name) => name.split(" as ", 1)[0] === "pinnedClient") && !clientOwners.test(source.path))
        .map((edge) => found(source, edge.at, "makes a client that could send anything")),
      ...importsOf(source)
        .filter((edge) => edge.specifier === "undici" && source.path !== "packages/network/src/pinned-client.ts")
        .map((edge) => found(source, edge.at, "takes the HTTP client past packages/network/src/pinned-client.ts")),
    ]);
}

function targetOf(from: string, specifier: string, exported: (specifier: string) => string | undefined): string | undefined {
  if (specifier.startsWith("@postern/")) return exported(specifier);
  if (!isRelative(specifier)) return undefined;
  const target = new URL(specifier, `file:///${from}`).pathname.slice(1);
  return target.replace(/\/dist\/(.*)\.js$/, "/src/$1.ts");
}

function isWriter(specifier: string, target: string): boolean {
  return /^@postern\/[^/]+\/write(\/|$)/.test(specifier) || /\/src\/write(\/|\.ts$)/.test(target);
}
