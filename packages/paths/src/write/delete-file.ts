import { Failure, type Change, type ContentDigest } from "@postern/policy";
import type { HeldPath } from "../held-path.ts";
import { entryAt } from "./entries.ts";
import type { EntryLock } from "./entry-lock.ts";
import { finish } from "./finish.ts";
import type { RewriteOptions } from "./rewrite.ts";
import { Site } from "./site.ts";
import { takeOut } from "./take-out.ts";
import { boundTo, type WriteAuthority } from "./write-authority.ts";
import { writeFailure } from "./write-failure.ts";

/**
 * Removes one file, or a symbolic link itself. Guarantees that what is removed is what was judged: the entry is taken
 * out of its place first, looked at there, and put back if it is another one. Directories are not removed. Throws
 * `fs.not_found`, `fs.is_directory`, `fs.conflict`, `fs.permission`, `fs.io` with nothing changed, and
 * `fs.committed_not_durable` with the file gone.
 */
export async function deleteFile(target: WriteAuthority, options: RewriteOptions): Promise<readonly Change[]> {
  const { held, argument } = boundTo(target);
  const { signal } = options;
  try {
    if (target.type === "directory") throw new Failure("fs.is_directory", "This is a directory; delete_file removes files only. Nothing was changed.");
    const site = new Site(held);
    const lock = await site.lock(signal);
    try {
      const removal = { site, lock, left: { argument, change: "deleted", durable: false } } as const;
      const before = target.type === "symlink" ? removeLink(removal, held.identity, options) : await removeFile(removal, options);
      return await finish([site.directory], options, (confirmed) => [{ argument, change: "deleted", ...(before && { before }), durable: confirmed }]);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw signal.aborted ? error : writeFailure(error);
  }
}

interface Removal {
  readonly site: Site;
  readonly lock: EntryLock;
  /** What is told where it failed half way. */
  readonly left: Change;
}

async function removeFile({ site, lock, left }: Removal, { ifMatch, signal }: RewriteOptions): Promise<ContentDigest> {
  using current = site.currentFile();
  if (current === undefined) throw new Failure("fs.not_found", "No such file or directory; nothing was changed.");
  const before = await current.digest(signal);
  if (ifMatch !== undefined && before.sha256 !== ifMatch.toLowerCase()) {
    throw new Failure("fs.conflict", "The file is not the one that ifMatch names; nothing was changed. Read it again.");
  }
  signal.throwIfAborted();
  if (!current.isUntouched(entryAt(site.directory, site.name))) throw changed();
  takeOut(site, lock, current.stat, left);
  return before;
}

function removeLink({ site, lock, left }: Removal, proven: HeldPath["identity"], { ifMatch }: RewriteOptions): undefined {
  if (ifMatch !== undefined) throw new Failure("fs.conflict", "This is a symbolic link, which has no content that ifMatch could name; nothing was changed.");
  takeOut(site, lock, proven, left);
}

function changed(): Failure {
  return new Failure("fs.conflict", "Something else took the place of this meanwhile; nothing was changed.");
}
