import { Failure, type Change } from "@postern/policy";
import type { CurrentFile } from "./current-file.ts";
import { type RewriteOptions, rewrite } from "./rewrite.ts";
import type { WriteAuthority } from "./write-authority.ts";

/** Larger files are not copied for the sake of a few lines at their end. */
export const largestAppended = 256 * 1024 * 1024;

/**
 * Adds text to the end of a file, or makes it. The text is encoded as the file's byte order mark says, else as UTF-8.
 * Guarantees what `rewrite` does, at its price: the file is copied, so that a
 * crash leaves it as it was or with all of the addition. Throws `fs.too_large` above `largestAppended` bytes.
 */
export function appendFile(target: WriteAuthority, addition: string, options: RewriteOptions): Promise<readonly Change[]> {
  return rewrite(
    target,
    (current) => {
      if (current === undefined) return { change: "created", content: Buffer.from(addition) };
      if (current.size > largestAppended)
        throw new Failure("fs.too_large", "The file is larger than 256 MiB, which is the most that append_file adds to; nothing was changed.");
      return { change: "appended", content: joined(current, addition, options.signal) };
    },
    options,
  );
}

async function* joined(current: CurrentFile, addition: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let start: Buffer | undefined;
  for await (const chunk of current.chunks(signal)) {
    start ??= chunk.subarray(0, 2);
    yield chunk;
  }
  yield encodedBehind(addition, start);
}

/** Text for a file that starts so. The bytes of a byte order mark start no UTF-8 text. */
function encodedBehind(text: string, start: Buffer = Buffer.alloc(0)): Buffer {
  const mark = start.toString("hex");
  if (mark === "fffe") return Buffer.from(text, "utf16le");
  return mark === "feff" ? Buffer.from(text, "utf16le").swap16() : Buffer.from(text);
}
