import { lstatSync, lutimesSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const longAgo = new Date("2001-09-09T01:46:40Z");

/** Moves an entry's access time into the past; its modification time stays, rounded to milliseconds. */
export function forgetAccess(path: string, isLink: boolean): void {
  const { mtime } = lstatSync(path);
  if (isLink) lutimesSync(path, longAgo, mtime);
  else utimesSync(path, longAgo, mtime);
}

/** Whether a file was read or a directory listed since its access was forgotten. */
export function wasAccessed(path: string): boolean {
  const info = lstatSync(path, { throwIfNoEntry: false });
  return info !== undefined && info.atimeMs !== longAgo.getTime();
}

/** Whether the file system of a folder notes reads at all (not `noatime`), tried on a file of its own. */
export function accessTimesMove(folder: string): boolean {
  const probe = mkdtempSync(join(folder, ".postern-atime-"));
  try {
    const file = join(probe, "file");
    writeFileSync(file, "x");
    forgetAccess(file, false);
    const still = !wasAccessed(file);
    readFileSync(file);
    return still && wasAccessed(file);
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
