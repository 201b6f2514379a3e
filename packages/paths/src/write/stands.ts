import { Failure } from "@postern/policy";
import type { Place } from "../descend.ts";
import { kernelPath } from "../handle.ts";
import { absolutePath, rootStandsLately, type Root } from "../root.ts";

/**
 * Throws `fs.conflict` unless a directory still stands where it was proven. A handle would follow it anywhere, also out
 * of the root; asked right before each change, with nothing that waits between. (That the configured path leads to the
 * root was asked when the call was decided, and is asked again only where that was a while ago.)
 */
export function assertStands(root: Root, { directory, relative }: Pick<Place, "directory" | "relative">): void {
  if (kernelPath(directory) === absolutePath(root, relative) && rootStandsLately(root)) return;
  throw new Failure("fs.conflict", "The directory was moved or replaced meanwhile; nothing was changed.");
}
