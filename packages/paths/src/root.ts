import { statSync } from "node:fs";
import { close, kernelPath, openAmbientDirectory, stat, type Handle } from "./handle.ts";
import { mountOf } from "./mount.ts";

/** A directory that a card gives, opened once when the policy is loaded. */
export interface Root {
  readonly handle: Handle;
  /** Absolute, as the operator wrote it, with `~` and `.` spelled out; may lead through symbolic links. */
  readonly configured: string;
  /** The kernel's own path of the directory at the time of opening. */
  readonly canonical: string;
  readonly device: bigint;
  readonly inode: bigint;
  /** Id of the mount that the directory lies on. */
  readonly mount: string;
  /** The file system finds one file under several names: other case, short form (`GIT~1`). */
  readonly aliases: boolean;
}

/** Opens a root. Throws with one clear sentence when it is no directory, or none that a card may give. */
export function openRoot(configured: string): Root {
  let handle: Handle;
  try {
    handle = openAmbientDirectory(configured);
  } catch (error) {
    throw new Error(`the root ${configured} ${why(error)}`, { cause: error });
  }
  try {
    const { dev, ino, nlink } = stat(handle);
    const canonical = kernelPath(handle);
    if (nlink === 0n) throw new Error(`the root ${configured} was deleted`);
    if (canonical.includes("\ufffd")) throw new Error(`the root ${configured} has a name that is not UTF-8`);
    const mount = mountOf(handle);
    if (mount.pseudo) throw new Error(`the root ${configured} lies on a ${mount.type} file system, which shows the kernel and not files`);
    return { handle, configured, canonical, device: dev, inode: ino, mount: mount.id, aliases: mount.aliases };
  } catch (error) {
    close(handle);
    throw error;
  }
}

/**
 * Whether the configured path still leads to the directory that was opened. A handle would follow it anywhere: what the
 * operator meant is the place.
 */
export function rootStands(root: Root): boolean {
  try {
    const found = statSync(root.configured, { bigint: true, throwIfNoEntry: false });
    if (found === undefined || found.ino !== root.inode || found.dev !== root.device) return false;
    stoodAt.set(root, performance.now());
    return true;
  } catch {
    return false;
  }
}

/** The same, as it stood at most some milliseconds ago: for who looks at the directories below it anyhow. */
export function rootStandsLately(root: Root): boolean {
  return performance.now() - (stoodAt.get(root) ?? Number.NEGATIVE_INFINITY) < lately || rootStands(root);
}

/** Milliseconds. */
const lately = 5;
const stoodAt = new WeakMap<Root, number>();

/** Whether the directory was moved since, although the configured path (a link) still leads to it. */
export function rootMoved(root: Root): boolean {
  return kernelPath(root.handle) !== root.canonical;
}

/** The absolute path of an entry below a root. */
export function absolutePath(root: Root, relative: string): string {
  if (relative === "") return root.canonical;
  return root.canonical === "/" ? `/${relative}` : `${root.canonical}/${relative}`;
}

/** The part of an absolute path below a directory, `""` for the directory itself; undefined: it does not lie there. */
export function below(path: string, directory: string): string | undefined {
  if (path === directory) return "";
  if (directory === "/") return path.slice(1);
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : undefined;
}

function why(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "does not exist";
    case "ENOTDIR":
      return "is not a directory";
    case "EACCES":
      return "may not be opened by this process";
    case "ELOOP":
      return "is a symbolic link that leads in a circle";
    default:
      return "cannot be opened";
  }
}
