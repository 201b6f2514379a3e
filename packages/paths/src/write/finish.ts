import { Failure, type Change } from "@postern/policy";
import type { Handle } from "../handle.ts";
import { syncDirectory } from "./entries.ts";
import type { WriteOptions } from "./rewrite.ts";

/**
 * Takes back a change that could not be completed. Where that fails too, what is left is told with the failure: nothing
 * reads as undone that is not.
 */
export function takeBack(action: () => void, left: Change): void {
  try {
    action();
  } catch (error) {
    throw new Failure("fs.io", "The change failed half way and could not be taken back; the record says what is left.", { cause: error, changes: [left] });
  }
}

/**
 * Ends a change that is already visible: confirms it on disk where that was asked for. A failure from here on must not
 * read as if nothing had happened, so it is a code of its own and carries the changes.
 */
export async function finish(
  directories: readonly Handle[],
  { durable, onVisible }: WriteOptions,
  changes: (durable: boolean) => readonly Change[],
): Promise<readonly Change[]> {
  if (!durable) return changes(false);
  onVisible?.(changes(false));
  try {
    for (const directory of new Set(directories)) await syncDirectory(directory);
    return changes(true);
  } catch (error) {
    const message = "The change is made and visible, but the disk did not confirm it: a power cut may undo it.";
    throw new Failure("fs.committed_not_durable", message, { cause: error, changes: changes(false) });
  }
}
