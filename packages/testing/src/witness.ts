import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { accessTimesMove, forgetAccess, wasAccessed } from "./access-times.ts";

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
  if (!noted(folder)) throw new Error("this file system keeps no access times (noatime): reads cannot be witnessed");
  let before = arm(folder, snapshot(folder));
  return {
    seen() {
      const reads = [...before].flatMap(([path, entry]) => (isReadable(entry) && wasAccessed(join(folder, path)) ? [path] : []));
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
      forgetAccess(join(folder, path), entry.type === "link");
      return [path, { ...entry, modified: lstatSync(join(folder, path), { bigint: true }).mtimeNs }];
    }),
  );
}

function isReadable({ type }: Seen): boolean {
  return type === "file" || type === "directory";
}

const known = new Map<number, boolean>();

function noted(folder: string): boolean {
  const device = lstatSync(folder).dev;
  const moves = known.get(device) ?? accessTimesMove(folder);
  known.set(device, moves);
  return moves;
}
