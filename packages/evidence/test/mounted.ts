import { spawnSync } from "node:child_process";
import { getuid } from "node:process";

/**
 * The start of a command line that runs a program with a file system of its own, in a mount namespace of its own, of
 * which nothing is left afterwards. Undefined where the platform or the permissions do not give one.
 */
export function onTmpfs(directory: string, size: string): readonly string[] | undefined {
  const asOwner = getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const mount = 'mount -t tmpfs -o "size=$1,mode=700" tmpfs "$0" && shift && exec "$@"';
  const argv = ["--mount", ...asOwner, "sh", "-c", mount, directory, size];
  return spawnSync("unshare", [...argv, "true"]).status === 0 ? ["unshare", ...argv] : undefined;
}
