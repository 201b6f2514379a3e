import { createHash } from "node:crypto";

/** Name of a file's content in git: SHA-1 over its length and its bytes. No proof against who made the repository, but of which entry a host answers with. */
export function blobDigest(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
