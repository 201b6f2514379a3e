import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./parity-subjects.ts";

export interface FileWorld extends World {
  at(path?: string): string;
}

/** Two neighbors with a text and some bytes each. */
const files: readonly (readonly [string, string | Buffer])[] = ["own", "other"].flatMap((folder) => [
  [`${folder}/a.txt`, "a secret\n"] as const,
  [`${folder}/a.bin`, Buffer.of(0, 1, 2, 255)] as const,
]);

export function fileWorld(parent: string): FileWorld {
  const root = join(parent, "world");
  const at = (path = ""): string => join(root, path);
  const world: FileWorld = {
    at,
    state() {
      const found = readdirSync(root, { recursive: true, withFileTypes: true });
      return new Map(
        found.map((entry) => {
          const path = join(entry.parentPath, entry.name);
          const name = path.slice(root.length + 1);
          return entry.isDirectory() ? [`${name}/`, ""] : [name, readFileSync(path, "latin1")];
        }),
      );
    },
    // The roots themselves stay: servers stand in them.
    reset() {
      for (const folder of ["own", "other"]) {
        mkdirSync(at(folder), { recursive: true });
        for (const name of readdirSync(at(folder))) rmSync(join(at(folder), name), { recursive: true });
      }
      for (const [name, content] of files) writeFileSync(at(name), content);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  world.reset();
  return world;
}
