import { Failure, type Change, type ContentDigest } from "@postern/policy";
import type { CurrentFile } from "./current-file.ts";
import { entryAt, linkEntry, renameEntry, requireWritable, unlinkEntry } from "./entries.ts";
import type { EntryLock } from "./entry-lock.ts";
import { finish, takeBack } from "./finish.ts";
import { Site } from "./site.ts";
import { type Content, TemporaryFile } from "./temporary-file.ts";
import { boundTo, type WriteAuthority } from "./write-authority.ts";
import { errorName, writeFailure } from "./write-failure.ts";

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** The change is confirmed to be on disk before it counts as done. False: a power cut may undo it; the death of the process cannot. */
  readonly durable: boolean;
  /** Told when the change is visible and not yet confirmed on disk: that may take longer than anybody waits. */
  onVisible?(changes: readonly Change[]): void;
}

export interface RewriteOptions extends WriteOptions {
  /** SHA-256, hex, that the present content must have. */
  readonly ifMatch?: string | undefined;
}

/** What a file is to become. */
export interface Rewriting {
  readonly change: Change["change"];
  readonly content: Content;
  /** Of a new file, less what the process's mask takes away; absent: that of any new file. */
  readonly mode?: number;
  /** The present content, where it was read anyhow. */
  readonly before?: Buffer;
}

/** How often a change is made anew on what a foreign program, which knows nothing of our lock, wrote meanwhile. */
const mostTries = 3;

/**
 * Gives one file a new content: beside it under a name of its own, then by one rename in its place. Guarantees: other
 * programs see the old content or the new one, whole, and so does whoever looks after a crash; changes of all processes
 * of ours follow each other, so none is lost; the mode stays, set-user-id, set-group-id and the sticky bit go (and, where the group cannot be kept, what only it or only others could do); nothing is made under the
 * name when something else appeared there meanwhile. `make` gets the present file, or undefined, and says what it
 * becomes; undefined leaves it as it is.
 *
 * Not kept: the inode and so other hard links (such files are refused), extended attributes and access control lists
 * (Node cannot copy them), the owner unless this process may give files away. A foreign program that writes into the
 * file between the last look and the rename, some microseconds, loses what it wrote.
 *
 * Throws `fs.conflict`, `fs.not_found`, `fs.permission`, `fs.no_space`, `fs.io` with nothing changed, and
 * `fs.committed_not_durable` with the change made.
 */
export async function rewrite(
  target: WriteAuthority,
  make: (current: CurrentFile | undefined) => Promise<Rewriting | undefined> | Rewriting | undefined,
  options: RewriteOptions,
): Promise<readonly Change[]> {
  const { held, argument } = boundTo(target);
  try {
    const site = new Site(held);
    const lock = await site.lock(options.signal);
    try {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const changes = await attempt({ site, lock, argument, make, options });
        if (changes !== "again") return changes;
      }
    } finally {
      lock.release();
    }
  } catch (error) {
    throw options.signal.aborted ? error : writeFailure(error);
  }
  throw new Failure("fs.conflict", "Another program keeps changing the file; nothing was changed. Try again.");
}

interface Attempt {
  readonly site: Site;
  readonly lock: EntryLock;
  readonly argument: string;
  readonly make: Parameters<typeof rewrite>[1];
  readonly options: RewriteOptions;
}

async function attempt(given: Attempt): Promise<readonly Change[] | "again"> {
  const { site, lock, argument, make, options } = given;
  const { signal, durable } = options;
  using current = site.currentFile();
  if (current !== undefined) requireWritable(current.handle, current.stat);
  await requireMatch(current, options);
  const made = await make(current);
  if (made === undefined) return [];
  const before = await current?.digest(signal, made.before);
  using temporary = new TemporaryFile(site, current?.stat, made.mode);
  const after = await temporary.write(made.content, signal);
  if (durable) await temporary.sync();
  signal.throwIfAborted();
  if (!putInPlace(site, lock, temporary, current)) return "again";
  requireInPlace({ ...given, made }, temporary, current !== undefined);
  return finish([site.directory], options, (confirmed) => [described(made.change, argument, before, after, confirmed)]);
}

/** Throws `fs.conflict` unless the present content is the one that the caller names, where it names one. */
export async function requireMatch(current: CurrentFile | undefined, { ifMatch, signal }: Pick<RewriteOptions, "signal" | "ifMatch">): Promise<void> {
  if (ifMatch === undefined) return;
  if (current === undefined) throw new Failure("fs.conflict", "There is no such file any more, and ifMatch asks for one; nothing was changed.");
  const { sha256 } = await current.digest(signal);
  if (sha256 === ifMatch.toLowerCase()) return;
  throw new Failure("fs.conflict", "The file is not the one that ifMatch names; nothing was changed. Read it again.");
}

/** The last looks and the change itself, with nothing between them that waits. False: a foreign program was faster. */
function putInPlace(site: Site, lock: EntryLock, temporary: TemporaryFile, current: CurrentFile | undefined): boolean {
  const { directory, name } = site;
  lock.assertHeld();
  site.assertStands();
  const now = entryAt(directory, name);
  if (current !== undefined) {
    if (!current.isUntouched(now)) return false;
    renameEntry(directory, temporary.name, directory, name);
    temporary.keep();
    return true;
  }
  if (now !== undefined) return false;
  try {
    // A link never replaces.
    linkEntry(directory, temporary.name, directory, name);
  } catch (error) {
    if (errorName(error) === "EEXIST") return false;
    throw error;
  }
  temporary.dropName();
  return true;
}

/** Looks at what was put in place: the directory may have been moved a moment before, and the name of the new content been given to something else. */
function requireInPlace({ site, argument, made }: Attempt & { readonly made: Rewriting }, temporary: TemporaryFile, replaced: boolean): void {
  const { directory, name } = site;
  const left: Change = { argument, change: replaced ? made.change : "created", durable: false };
  const ours = temporary.is(entryAt(directory, name));
  if (!ours) {
    const message = "Another program put something else in the place of the new content; the record says what is left.";
    throw new Failure("fs.conflict", message, { changes: [left] });
  }
  if (replaced || site.stands()) return;
  takeBack(() => unlinkEntry(directory, name), left);
  throw new Failure("fs.conflict", "The directory was moved meanwhile; nothing was changed.");
}

function described(change: Change["change"], argument: string, before: ContentDigest | undefined, after: ContentDigest, durable: boolean): Change {
  return { argument, change: before === undefined && change !== "copied" ? "created" : change, ...(before !== undefined && { before }), after, durable };
}
