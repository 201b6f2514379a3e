import { Failure, LateDenial } from "@postern/policy";
import type { ChangeAuthority } from "@postern/repositories/write";
import { createHash } from "node:crypto";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";

const file = z.object({ type: z.string(), path: z.string(), sha: z.string(), size: z.int(), encoding: z.string().optional(), content: z.string().optional() });
/** Bytes up to which a host sends the content along. */
const inline = 1024 * 1024;

/** Name of the content that stands at a path on a branch; undefined: nothing does. Throws where it is no plain file. */
export async function standingFile(repo: ChangeAuthority, path: string, branch: string, signal: AbortSignal): Promise<string | undefined> {
  const parameters = { path, ref: `refs/heads/${branch}` };
  const answer = await repo.ask("GET /repos/{owner}/{repo}/contents/{path}", { parameters, signal }).catch((error: unknown) => {
    if (error instanceof Failure && error.code === "repo.not_found") return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  if (Array.isArray(answer.data)) throw new Failure("repo.conflict", "This is a directory.");
  const found = asDocumented(file, answer.data);
  if (found.type !== "file" || found.path !== path) throw linked();
  // The host answers with what a link leads to, under the link's own digest.
  if (found.size <= inline && blobDigest(Buffer.from(found.content ?? "", "base64")) !== found.sha) throw linked();
  return found.sha;
}

function linked(): LateDenial {
  return new LateDenial("repo.symlink", "This is a symbolic link or a submodule, which is not written through. Nothing was changed.");
}

function blobDigest(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
