import { createHash } from "node:crypto";
import { lstatSync, lutimesSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** What happened below a folder since the witness was called, or since the last look. */
export interface Witness {
  seen(): {
    /** Files whose content was read and directories that were listed, by relative path; `.` is the folder itself. */
    readonly reads: readonly string[];
    /** Entries that were made, removed, or changed in type, mode, size, time, link target or content. */
    readonly changes: readonly string[];
  };
}

/**
 * Proves that nothing happened. Reading is seen by access times: they are set far into the past first, so that
 * `relatime` (the default mount option) moves them at the next read, even at one byte from the page cache. Looking an
 * entry up, `stat` and O_PATH leave them alone. Throws where access times do not move at all (`noatime`), since a proof
 * that cannot fail is none. Costs one hash of the folder at the start and one at each look.
 */
export function witness(folder: string): Witness {
  if (!accessTimesMove()) throw new Error("this file system keeps no access times (noatime): reads cannot be witnessed");
  let before = arm(folder, snapshot(folder));
  return {
    seen() {
      const reads = [...before].flatMap(([path, entry]) => (wasRead(join(folder, path), entry.type) ? [path] : []));
      const now = snapshot(folder);
      const paths = new Set([...before.keys(), ...now.keys()]);
      const changes = [...paths].filter((path) => before.get(path)?.print !== now.get(path)?.print || before.get(path)?.modified !== now.get(path)?.modified);
      before = arm(folder, now);
      return { reads: reads.toSorted(), changes: changes.toSorted() };
    },
  };
}

type EntryType = "file" | "directory" | "link" | "other";

interface Seen {
  readonly type: EntryType;
  readonly print: string;
  readonly modified: bigint;
}

const longAgo = new Date("2001-09-09T01:46:40Z");

function snapshot(folder: string): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const pending = [folder];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const info = lstatSync(path, { bigint: true });
    const type: EntryType = info.isFile() ? "file" : info.isDirectory() ? "directory" : info.isSymbolicLink() ? "link" : "other";
    const content = type === "file" ? createHash("sha256").update(readFileSync(path)).digest("hex") : type === "link" ? readlinkSync(path) : "";
    const print = [type, info.mode, info.ino, info.nlink, info.size, content].join(" ");
    seen.set(relative(folder, path) || ".", { type, print, modified: info.mtimeNs });
    if (type === "directory") for (const name of readdirSync(path)) pending.push(join(path, name));
  }
  return seen;
}

/** Moves every access time into the past, and notes the modification times as they then are: setting them rounds them. */
function arm(folder: string, seen: ReadonlyMap<string, Seen>): Map<string, Seen> {
  return new Map(
    [...seen].map(([path, entry]) => {
      forgetAccess(join(folder, path), entry.type);
      return [path, { ...entry, modified: lstatSync(join(folder, path), { bigint: true }).mtimeNs }];
    }),
  );
}

function forgetAccess(path: string, type: EntryType): void {
  const { mtime } = lstatSync(path);
  if (type === "link") lutimesSync(path, longAgo, mtime);
  else utimesSync(path, longAgo, mtime);
}

function wasRead(path: string, type: EntryType): boolean {
  if (type !== "file" && type !== "directory") return false;
  const info = lstatSync(path, { throwIfNoEntry: false });
  return info !== undefined && info.atimeMs !== longAgo.getTime();
}

let moves: boolean | undefined;

function accessTimesMove(): boolean {
  if (moves !== undefined) return moves;
  const probe = mkdtempSync(join(tmpdir(), "postern-atime-"));
  try {
    const file = join(probe, "file");
    writeFileSync(file, "x");
    forgetAccess(file, "file");
    const still = !wasRead(file, "file");
    readFileSync(file);
    moves = still && wasRead(file, "file");
    return moves;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
