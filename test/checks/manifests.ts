import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtinOf, dependencyOf, importsOf, isRelative } from "./imports.ts";
import { isShipped, packageOf, repository, type Finding, type Source } from "./source.ts";

export interface Manifest {
  /** Path of the `package.json`. */
  readonly path: string;
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

export function readManifests(): readonly Manifest[] {
  const paths = globSync(["package.json", "{packages,servers}/*/package.json", "test/package.json"], { cwd: repository });
  return paths.toSorted().map((path) => ({ ...(JSON.parse(readFileSync(join(repository, path), "utf8")) as Omit<Manifest, "path">), path }));
}

/** The source file that a workspace specifier stands for, as its package exports it. */
export function exportedBy(manifests: readonly Manifest[]): (specifier: string) => string | undefined {
  return (specifier) => {
    const name = dependencyOf(specifier);
    const manifest = manifests.find((candidate) => candidate.name === name);
    const target = manifest?.exports?.[`.${specifier.slice(name.length)}`]?.["@postern/source"];
    return target === undefined || manifest === undefined ? undefined : `${packageOf(manifest.path)}/${target.slice("./".length)}`;
  };
}

/** Versions stand in the catalog and nowhere else; the platform builds of Node are pinned in the root alone. */
export function catalogOnly(manifests: readonly Manifest[]): readonly Finding[] {
  return manifests.flatMap((manifest) =>
    (["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const).flatMap((field) =>
      Object.entries(manifest[field] ?? {}).flatMap(([name, version]) => {
        const wanted = name.startsWith("@postern/") ? "workspace:*" : "catalog:";
        const pinnedNode =
          manifest.path === "package.json" && field === "optionalDependencies" && /^node-(bin-)?(linux|darwin)-/.test(name) && /^\d+\.\d+\.\d+$/.test(version);
        return version === wanted || pinnedNode ? [] : [wrong(manifest, `${name} is ${JSON.stringify(version)}, not ${JSON.stringify(wanted)}`)];
      }),
    ),
  );
}

/** Published packages carry no scripts that npm would run at installation. */
export function noInstallScripts(manifests: readonly Manifest[]): readonly Finding[] {
  const hooks = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
  return manifests.flatMap((manifest) => hooks.filter((hook) => manifest.scripts?.[hook] !== undefined).map((hook) => wrong(manifest, `has a ${hook} script`)));
}

/** What a package ships imports only what its own manifest declares, and declares no third-party package that it does not import. */
export function declared(manifests: readonly Manifest[], sources: readonly Source[]): readonly Finding[] {
  return manifests.flatMap((manifest) => {
    const own = packageOf(manifest.path);
    if (!/^(packages|servers)\//.test(own)) return [];
    const listed = new Set(Object.keys(manifest.dependencies ?? {}));
    const used = new Set(
      sources
        .filter((source) => isShipped(source.path) && packageOf(source.path) === own)
        .flatMap((source) => importsOf(source).flatMap((edge) => edge.specifier ?? []))
        .filter((specifier) => !isRelative(specifier) && builtinOf(specifier) === undefined)
        .map(dependencyOf),
    );
    return [
      ...[...used].filter((name) => !listed.has(name)).map((name) => wrong(manifest, `imports ${name} without declaring it`)),
      ...[...listed].filter((name) => !used.has(name) && !name.startsWith("@postern/")).map((name) => wrong(manifest, `declares ${name} and never imports it`)),
    ];
  });
}

function wrong(manifest: Manifest, message: string): Finding {
  return { path: manifest.path, line: 1, message };
}
