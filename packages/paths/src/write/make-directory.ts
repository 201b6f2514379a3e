import { Failure, type Change } from "@postern/policy";
import { close, type Handle, holdAgain, holdDirectory } from "../handle.ts";
import type { EntryName } from "../name.ts";
import { makeDirectory as makeEntry, removeDirectory } from "./entries.ts";
import { finish, takeBack } from "./finish.ts";
import type { WriteOptions } from "./rewrite.ts";
import { boundTo, requireReachable, type WriteAuthority } from "./write-authority.ts";
import { errorName, writeFailure } from "./write-failure.ts";
import { assertStands } from "./stands.ts";

/**
 * Makes a directory and those above it that are missing; one that exists is fine. Guarantees that each is made in the
 * directory before it by handle: where a link takes a name's place meanwhile, it is refused and not followed. All of
 * them or none. Throws `fs.exists` where a file has the name, `fs.conflict`, `fs.permission`, `fs.no_space`, `fs.io` with
 * nothing changed, and `fs.committed_not_durable` with all of them made.
 */
export async function makeDirectory(target: WriteAuthority, options: WriteOptions): Promise<readonly Change[]> {
  const { held, argument } = boundTo(target);
  if (target.type === "directory") return [];
  try {
    if (target.type !== "missing") throw new Failure("fs.exists", "A file of this name exists already; nothing was changed.");
    requireReachable(held, "may be missing");
    const { place } = held;
    if (place === undefined) throw new Error("a reachable entry has a place");
    assertStands(held.root, place);
    const made = makeAll(place.directory, place.names, { argument, stands: () => assertStands(held.root, place) });
    try {
      if (made.count === 0) return [];
      return await finish(made.handles, options, (confirmed) => [{ argument, change: "directories", count: made.count, durable: confirmed }]);
    } finally {
      for (const handle of made.handles) close(handle);
    }
  } catch (error) {
    throw writeFailure(error);
  }
}

interface Made {
  /** The directories that a name was looked up or made in, and the last one. */
  readonly handles: readonly Handle[];
  readonly count: number;
}

/** One after the other with nothing that waits between them. */
function makeAll(from: Handle, names: readonly EntryName[], { argument, stands }: { readonly argument: string; stands(): void }): Made {
  let directory = holdAgain(from);
  const handles = [directory];
  const made: { readonly directory: Handle; readonly name: EntryName }[] = [];
  try {
    for (const name of names) {
      if (makeOne(directory, name)) made.push({ directory, name });
      directory = enter(directory, name);
      handles.push(directory);
    }
    // A directory that was moved meanwhile took along what was made in it, to where it was not asked for.
    stands();
    return { handles, count: made.length };
  } catch (error) {
    try {
      undo(made, argument);
    } finally {
      for (const handle of handles) close(handle);
    }
    throw error;
  }
}

/** False: it is there already, made by somebody else meanwhile. */
function makeOne(directory: Handle, name: EntryName): boolean {
  try {
    makeEntry(directory, name);
    return true;
  } catch (error) {
    if (errorName(error) === "EEXIST") return false;
    throw error;
  }
}

function enter(directory: Handle, name: EntryName): Handle {
  try {
    return holdDirectory(directory, name);
  } catch (error) {
    throw new Failure("fs.conflict", "Something else took the place of a directory meanwhile; nothing was changed.", { cause: error });
  }
}

/** Innermost first; what somebody put into one of them meanwhile stays, and so does it. */
function undo(made: readonly { readonly directory: Handle; readonly name: EntryName }[], argument: string): void {
  for (const [index, { directory, name }] of [...made.entries()].toReversed()) {
    takeBack(() => removeDirectory(directory, name), { argument, change: "directories", count: index + 1, durable: false });
  }
}
