import { createHash } from "node:crypto";
import type { OpenFile, PathAuthority } from "@postern/paths";
import { z } from "zod";

const chunkBytes = 1024 * 1024;

export const digestArgument = z.boolean().default(false).describe("Also tell the SHA-256 of the whole file, which the write tools take as ifMatch.");

export async function digestOf(authority: PathAuthority, signal: AbortSignal): Promise<string> {
  using file = authority.open();
  return await digestOfFile(file, signal);
}

/** SHA-256 of a file's bytes as they are stored, hex. */
export async function digestOfFile(file: OpenFile, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const chunk = position === 0 && file.size < chunkBytes ? file.readNow(0, chunkBytes) : await file.read(position, chunkBytes);
    if (chunk.length === 0) return hash.digest("hex");
    hash.update(chunk);
    position += chunk.length;
  }
}
