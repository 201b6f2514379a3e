import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Shows that only the guard stands between a call and its target: the same path, given to the file system as it is,
 * works. Throws when it does not, for then the denial test beside it proves nothing.
 */
export const withoutGuard = {
  read(path: string, cwd = "/"): Buffer {
    return readFileSync(resolvedBy(path, cwd));
  },
  list(path: string, cwd = "/"): readonly string[] {
    return readdirSync(resolvedBy(path, cwd));
  },
  /** For targets that nobody should read even in a test: devices, FIFOs, huge files. */
  exists(path: string, cwd = "/"): "file" | "directory" | "link" | "special" {
    const given = resolvedBy(path, cwd);
    if (lstatSync(given).isSymbolicLink()) return "link";
    const info = statSync(given);
    return info.isFile() ? "file" : info.isDirectory() ? "directory" : "special";
  },
};

/** `..` stays in the path: the kernel resolves it, as for a program without a guard. */
function resolvedBy(path: string, cwd: string): string {
  return path.startsWith("/") ? path : `${resolve(cwd)}/${path}`;
}
