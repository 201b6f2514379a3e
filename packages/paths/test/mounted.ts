import { readFileSync, statSync } from "node:fs";
import { pathKind } from "../src/path-kind.ts";
import { outcomeOf, scopeOf } from "./planted.ts";

// Runs inside a mount namespace that special-files.test.ts prepared, and prints what it saw.
const root = process.argv[2] ?? "";
const paths = ["bind/secret", "bind", "bind/missing", "l", "memory/secret", "again/f", "process/self/environ", "process/version", "d/f"];

function outcomes(mounts: "allow" | "deny"): Record<string, string> {
  const scope = scopeOf([{ path: root, mounts }]);
  const all = Object.fromEntries(paths.map((path) => [path, outcomeOf(scope, path)]));
  pathKind.close(scope);
  return all;
}

function reads(path: string): boolean {
  try {
    return readFileSync(`${root}/${path}`).length > 0;
  } catch {
    return false;
  }
}

function refusedRoot(): string {
  try {
    pathKind.close(scopeOf([{ path: `${root}/process` }]));
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

process.stdout.write(
  JSON.stringify({
    denying: outcomes("deny"),
    allowing: outcomes("allow"),
    // `self` differs from machine to machine in a namespace; the rest is readable for any program.
    plain: paths.filter((path) => !path.includes("self") && reads(path)),
    sameDevice: statSync(`${root}/bind`).dev === statSync(root).dev,
    refusedRoot: refusedRoot(),
  }),
);
