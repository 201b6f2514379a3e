import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type Found, missing, usable } from "./found.ts";

/** Where a secret is kept that is read when the policy is loaded. `file` is an absolute path. */
export type Source = { readonly env: string } | { readonly file: string };

const largest = 64 * 1024;

/** Reads a secret from its one source. There is no fallback from one source to another. */
export function readSource(source: Source, environment: NodeJS.ProcessEnv): Found {
  return "env" in source ? fromEnvironment(source.env, environment) : fromFile(source.file);
}

/** Takes the variable and removes it, so that no child process and no later dump of the environment carries it. */
function fromEnvironment(name: string, environment: NodeJS.ProcessEnv): Found {
  const value = environment[name];
  delete environment[name];
  if (value === undefined || value === "") return missing(`the environment variable ${name} is not set`);
  return usable(value, `the environment variable ${name}`);
}

/**
 * Reads a file that only its owner may touch (POSIX: no bits of group or others, owned by this user or by root; on
 * Windows the operator answers for the ACL). The last component is not followed if it is a symbolic link. What was
 * checked is the opened file, not its name.
 */
function fromFile(path: string): Found {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return missing(`the credential file ${path} cannot be opened (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
  try {
    const { mode, uid, size, isFile } = inspectFile(descriptor);
    if (!isFile) return missing(`the credential file ${path} is not a regular file`);
    if (process.platform !== "win32") {
      if ((mode & 0o077) !== 0) return missing(`the credential file ${path} is open to others than its owner (chmod 600)`);
      if (uid !== 0 && uid !== process.getuid?.()) return missing(`the credential file ${path} belongs to another user`);
    }
    if (size > largest) return missing(`the credential file ${path} is larger than 64 KiB`);
    const bytes = Buffer.alloc(largest + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length > largest) return missing(`the credential file ${path} is larger than 64 KiB`);
    const value = bytes.toString("utf8", 0, length).replace(/\r?\n$/, "");
    bytes.fill(0);
    return usable(value, `the credential file ${path}`);
  } finally {
    closeSync(descriptor);
  }
}

function inspectFile(descriptor: number): { readonly mode: number; readonly uid: number; readonly size: number; readonly isFile: boolean } {
  const stat = fstatSync(descriptor);
  return { mode: stat.mode, uid: stat.uid, size: stat.size, isFile: stat.isFile() };
}
