import type { CurrentFile } from "./current-file.ts";
import { requireMatch, type RewriteOptions } from "./rewrite.ts";
import { Site } from "./site.ts";
import { boundTo, type WriteAuthority } from "./write-authority.ts";
import { writeFailure } from "./write-failure.ts";

/** Looks at the file that a change would begin with, and changes nothing: no lock is taken and no name made. */
export async function inspect(
  target: WriteAuthority,
  look: (current: CurrentFile | undefined) => Promise<unknown>,
  options: Pick<RewriteOptions, "signal" | "ifMatch">,
): Promise<void> {
  try {
    using current = new Site(boundTo(target).held).currentFile();
    await requireMatch(current, options);
    await look(current);
  } catch (error) {
    throw options.signal.aborted ? error : writeFailure(error);
  }
}
