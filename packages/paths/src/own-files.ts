import { realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";

/** Our own policy and evidence, which no card can give. */
export interface OwnFiles {
  /** Canonical absolute paths of files and directories. */
  readonly paths: readonly string[];
  /** `device:inode` of those that exist, against hard links and bind mounts of them. */
  readonly identities: readonly string[];
}

/** What SQLite and the log put beside their database. */
const companions = ["", "-wal", "-shm", "-journal"];

/** Looks the operator's own files up, once per policy load. A file that does not exist yet is kept by its name. */
export function ownFiles(paths: readonly string[]): OwnFiles {
  const canonical = new Set<string>();
  const identities = new Set<string>();
  for (const path of paths) {
    canonical.add(canonicalOf(path));
    for (const companion of companions) {
      const found = statSync(path + companion, { bigint: true, throwIfNoEntry: false });
      if (found !== undefined) identities.add(`${found.dev}:${found.ino}`);
    }
  }
  return { paths: [...canonical], identities: [...identities] };
}

/** The path itself, what lies below it, and what is named after it: `evidence.db-wal`, `evidence.db.ballast`. */
export function isOwnPath(path: string, own: readonly string[]): boolean {
  return own.some((file) => {
    if (!path.startsWith(file)) return false;
    const next = path.charAt(file.length);
    return next === "" || next === "/" || next === "-" || next === ".";
  });
}

function canonicalOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // The evidence database is made at the first start: its directory may be there already.
    const parent = dirname(path);
    if (parent === path) return path;
    const above = canonicalOf(parent);
    return above === "/" ? `/${basename(path)}` : `${above}/${basename(path)}`;
  }
}
