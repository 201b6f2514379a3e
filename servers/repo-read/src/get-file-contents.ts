import { Failure, LateDenial } from "@postern/policy";
import type { RepoAuthority } from "@postern/repositories";
import { tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { blobDigest } from "./blob-digest.ts";
import { marked } from "./marked.ts";
import { inRepository, refArgument } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { stateParameter } from "./state-parameter.ts";

const entry = z.object({
  type: z.enum(["file", "dir", "symlink", "submodule"]),
  path: z.string(),
  size: z.int().min(0),
  sha: z.string(),
  download_url: z.string().nullish(),
});
const file = entry.extend({ encoding: z.string().optional(), content: z.string().optional(), submodule_git_url: z.string().nullish() });
const blob = z.object({ sha: z.string(), size: z.int(), encoding: z.literal("base64"), content: z.string() });

/** Bytes of a file. */
const mostBytes = 8 * 1024 * 1024;

export const getFileContents = tool({
  name: "get_file_contents",
  title: "Get file or directory contents",
  description: "Get the contents of a file or directory of a repository.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({
    ...inRepository,
    path: z.string().max(4096).default("/").describe("Path of the file or directory; / is the root."),
    ref: refArgument,
    sha: z.string().max(255).optional().describe("Commit, in place of ref; only where the policy gives commits."),
  }),
  targets: { repo: repoTarget("contents", "path", "ref", "sha") },
  async run({ targets: { repo }, context: { signal } }) {
    const path = repo.path ?? "";
    const parameters = { path, ref: await stateParameter(repo, signal) };
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/contents/{path}", { parameters, signal });
    if (Array.isArray(data)) return listing(repo, asDocumented(z.array(entry), data));
    return await content(repo, path, asDocumented(file, data), signal);
  },
});

function listing(repo: RepoAuthority, entries: readonly z.output<typeof entry>[]): ToolResult {
  const given = entries.filter(({ path }) => repo.gives(path));
  const shown = given.map(({ type, path, size, sha, download_url: url }) =>
    // In a listing the host calls a submodule a file; a file has a place to be downloaded from.
    type === "file" && (url === null || url === undefined) ? { type: "submodule", path } : { type, path, ...(type === "file" && { size }), sha },
  );
  return rowsAnswer(shown, { from: repo.name, withheld: entries.length - given.length });
}

async function content(repo: RepoAuthority, path: string, found: z.output<typeof file>, signal: AbortSignal): Promise<ToolResult> {
  if (found.type === "dir") throw new Failure("repo.upstream", "The host answered for another entry.");
  if (found.type === "symlink") throw linked();
  if (found.type === "submodule" || typeof found.submodule_git_url === "string")
    throw new Failure("repo.not_found", "This is a submodule: its content is another repository's.");
  if (found.path !== path) throw linked();
  // What a directory leads to may be a file by itself.
  if (!repo.givesFile(path)) throw new LateDenial("repo.path", "The card gives what is below this path, and this is a file.");
  const bytes = await bytesOf(repo, found, signal);
  // The host follows links within a repository and answers with what they lead to: the digest is the link's own all the same.
  if (blobDigest(bytes) !== found.sha) throw linked();
  return marked(bytes, { from: `${repo.name}:${path}`, sha: found.sha, path });
}

async function bytesOf(repo: RepoAuthority, found: z.output<typeof file>, signal: AbortSignal): Promise<Buffer> {
  if (found.size > mostBytes) throw new Failure("repo.rejected", `The file is ${found.size} bytes; at most ${mostBytes} are read.`);
  if (found.encoding === "base64" && found.content !== undefined) return Buffer.from(found.content, "base64");
  // From one megabyte on the content comes by itself only.
  const { data } = await repo.ask("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
    parameters: { file_sha: found.sha },
    signal,
    mostBytes: Math.ceil(mostBytes * 1.4) + 4096,
  });
  const bytes = Buffer.from(asDocumented(blob, data).content, "base64");
  if (bytes.length !== found.size) throw linked();
  return bytes;
}

function linked(): LateDenial {
  return new LateDenial("repo.symlink", "This is a symbolic link, and what it leads to is not asked for under its name. Ask for the path that it names.");
}
