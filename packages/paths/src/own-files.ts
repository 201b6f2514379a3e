import { realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { linksOnTheWay } from "./fixed-places.ts";

/** Our own policy and evidence, which no card can give. */
export interface OwnFiles {
  /** Symbolic links on the way to them, as the operator wrote it. */
  readonly links: readonly string[];
  /** Canonical absolute paths of files and directories. */
  readonly paths: readonly string[];
  /** `device:inode` of those that exist, against hard links and bind mounts of them. */
  readonly identities: readonly string[];
}

/** What SQLite and the log put beside their database. */
const companions = ["", "-wal", "-shm", "-journal"];

/** Looks our own files up, once per policy load. A file that does not exist yet is kept by its name. */
export function ownFiles(paths: readonly string[]): OwnFiles {
  const canonical = new Set<string>();
  for (const path of paths) canonical.add(canonicalOf(path));
  return { links: paths.flatMap(linksOnTheWay), paths: [...canonical], identities: [...identitiesOf([...canonical])] };
}

/**
 * Whether a held file is one of ours under another name, as things stand now: the log's files come and go while the
 * rules stand. Asks only about our own paths, and only when the file has a second name or one like ours.
 */
export function isOwnFile(file: { readonly dev: bigint; readonly ino: bigint; readonly nlink: bigint }, name: string, own: readonly string[]): boolean {
  if (own.length === 0) return false;
  if (file.nlink === 1n && !own.some((path) => name.startsWith(basename(path)))) return false;
  return identitiesOf(own).has(`${file.dev}:${file.ino}`);
}

function identitiesOf(paths: readonly string[]): Set<string> {
  const identities = new Set<string>();
  for (const path of paths) {
    for (const companion of companions) {
      const found = statSync(path + companion, { bigint: true, throwIfNoEntry: false });
      if (found !== undefined) identities.add(`${found.dev}:${found.ino}`);
    }
  }
  return identities;
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
