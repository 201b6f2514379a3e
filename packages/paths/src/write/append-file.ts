import { Failure, type Change } from "@postern/policy";
import type { CurrentFile } from "./current-file.ts";
import { type RewriteOptions, rewrite } from "./rewrite.ts";
import type { WriteAuthority } from "./write-authority.ts";

/** Larger files are not copied for the sake of a few lines at their end. */
export const largestAppended = 256 * 1024 * 1024;

/**
 * Adds to the end of a file, or makes it. Guarantees what `rewrite` does, at its price: the file is copied, so that a
 * crash leaves it as it was or with all of the addition. Throws `fs.too_large` above `largestAppended` bytes.
 */
export function appendFile(target: WriteAuthority, addition: Buffer, options: RewriteOptions): Promise<readonly Change[]> {
  return rewrite(
    target,
    (current) => {
      if (current === undefined) return { change: "created", content: addition };
      if (current.size > largestAppended)
        throw new Failure("fs.too_large", "The file is larger than 256 MiB, which is the most that append_file adds to; nothing was changed.");
      return { change: "appended", content: joined(current, addition, options.signal) };
    },
    options,
  );
}

async function* joined(current: CurrentFile, addition: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* current.chunks(signal);
  yield addition;
}
