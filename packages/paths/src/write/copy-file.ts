import { Failure, type Change } from "@postern/policy";
import type { PathAuthority } from "../authority.ts";
import { chunksOf } from "./current-file.ts";
import { rewrite, type WriteOptions } from "./rewrite.ts";
import type { WriteAuthority } from "./write-authority.ts";

export interface CopyOptions extends WriteOptions {
  onProgress?(done: number, total: number): void;
}

/**
 * Copies one file's content to a name that must be free. Guarantees that the source is the object that was proven for
 * reading and the copy lies in the directory that was proven for writing; the copy appears whole or not at all, with the
 * source's mode as far as the process's mask lets it. Throws `fs.exists`, `fs.is_directory` and what `rewrite` throws.
 */
export async function copyFile(source: PathAuthority, destination: WriteAuthority, options: CopyOptions): Promise<readonly Change[]> {
  if (destination.type !== "missing") throw taken();
  using file = source.open();
  return await rewrite(
    destination,
    (current) => {
      if (current !== undefined) throw taken();
      return { change: "copied", mode: source.info().mode & 0o777, content: counted(chunksOf(file, options.signal), file.size, options) };
    },
    options,
  );
}

function taken(): Failure {
  return new Failure("fs.exists", "The destination exists already; nothing was changed.");
}

async function* counted(chunks: AsyncIterable<Buffer>, total: number, { onProgress }: CopyOptions): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    onProgress?.(done, total);
  }
}
