import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Signature } from "./git-history.ts";
import type { GitRepository } from "./git-repository.ts";

export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  /** Null removes the entry. */
  readonly sha: string | null;
}

export async function writeBlob(repository: GitRepository, bytes: Buffer): Promise<string> {
  return (await repository.run(["hash-object", "-w", "--stdin"], { input: bytes })).toString().trim();
}

/** A tree with changes over another one, or over nothing. Paths are the caller's to check: git leaves out what it does not like. */
export async function writeTree(repository: GitRepository, base: string | undefined, changes: readonly TreeChange[]): Promise<string> {
  const index = join(repository.place.directory, `index-${randomUUID()}`);
  try {
    await repository.run(["read-tree", ...(base === undefined ? ["--empty"] : [base])], { index });
    const lines = changes.map(({ path, mode, sha }) => (sha === null ? `0 ${"0".repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`));
    await repository.run(["update-index", "-z", "--index-info"], { index, input: lines.join("") });
    return (await repository.run(["write-tree"], { index })).toString().trim();
  } finally {
    await rm(index, { force: true });
  }
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

export async function writeCommit(repository: GitRepository, { tree, parents, message, author, committer }: NewCommit): Promise<string> {
  const variables = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: committer.date,
  };
  const words = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
  return (await repository.run(words, { input: message, variables })).toString().trim();
}

/** Moves a ref from where it is known to be; makes it where `from` is absent. Somebody else's move in between makes git refuse. */
export async function moveRef(repository: GitRepository, name: string, to: string, from?: string): Promise<void> {
  await repository.text("update-ref", name, to, from ?? "0".repeat(40));
}

/** The tree of both sides together; undefined where they are in conflict. */
export async function mergeTrees(repository: GitRepository, base: string, head: string): Promise<string | undefined> {
  return (await repository.maybe("merge-tree", "--write-tree", base, head))?.split("\n")[0];
}
