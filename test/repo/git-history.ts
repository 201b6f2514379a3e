import type { Person } from "./git-import.ts";
import type { GitRepository } from "./git-repository.ts";

export interface Signature extends Person {
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface ChangedFile {
  readonly sha: string | null;
  readonly filename: string;
  readonly previous?: string;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly additions: number;
  readonly deletions: number;
  readonly patch?: string;
}

const fields = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x1f");
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Commits that lead to a revision, the newest first. */
export async function logOf(
  repository: GitRepository,
  range: readonly string[],
  options: readonly string[] = [],
  paths: readonly string[] = [],
): Promise<readonly Commit[]> {
  const at = paths.map((path) => `:(literal)${path}`);
  const out = await repository.run(["log", "-z", `--format=${fields}`, ...options, "--end-of-options", ...range, "--", ...at]);
  return out
    .toString()
    .split("\0")
    .filter((record) => record !== "")
    .map(parseCommit);
}

function parseCommit(record: string): Commit {
  const [sha = "", tree = "", parents = "", name = "", email = "", date = "", byName = "", byEmail = "", byDate = "", message = ""] = record.split("\x1f");
  return {
    sha,
    tree,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    author: { name, email, date: utc(date) },
    committer: { name: byName, email: byEmail, date: utc(byDate) },
    message: message.replace(/\n$/, ""),
  };
}

export function utc(date: string | number): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
}

export async function commitAt(repository: GitRepository, sha: string): Promise<Commit> {
  const [commit] = await logOf(repository, [sha], ["-1"]);
  if (commit === undefined) throw new Error(`no commit ${sha}`);
  return commit;
}

/** What changed between two commits, or since nothing. */
export async function changesOf(repository: GitRepository, from: string | undefined, to: string): Promise<readonly ChangedFile[]> {
  const out = await repository.run(["diff", "--raw", "--no-abbrev", "--numstat", "-p", "-M", from ?? emptyTree, to]);
  const [listed = "", ...patches] = out.toString().split(/^diff --git /m);
  const lines = listed.split("\n").filter((line) => line !== "");
  const counts = lines.filter((line) => !line.startsWith(":")).map((line) => line.split("\t"));
  return lines
    .filter((line) => line.startsWith(":"))
    .map((line, index) => {
      const [head = "", name = "", renamed] = line.split("\t");
      const [, , , sha = "", letter = ""] = head.split(" ");
      const [added = "-", removed = "-"] = counts[index] ?? [];
      const status = statuses[letter.charAt(0)] ?? "changed";
      const patch = /^@@[^]*/m.exec(patches[index] ?? "")?.[0].replace(/\n$/, "");
      return {
        sha: status === "removed" ? (/^:\S+ \S+ (\S+)/.exec(head)?.[1] ?? null) : sha,
        filename: renamed ?? name,
        ...(renamed !== undefined && { previous: name }),
        status,
        additions: Number(added) || 0,
        deletions: Number(removed) || 0,
        ...(patch !== undefined && { patch }),
      };
    });
}

const statuses: Readonly<Record<string, ChangedFile["status"]>> = { A: "added", D: "removed", M: "modified", R: "renamed", C: "copied", T: "changed" };

export interface Comparison {
  readonly status: "ahead" | "behind" | "identical" | "diverged";
  readonly ahead: number;
  readonly behind: number;
  readonly mergeBase: string;
}

/** Undefined where the two have nothing in common. */
export async function compare(repository: GitRepository, base: string, head: string): Promise<Comparison | undefined> {
  const mergeBase = await repository.maybe("merge-base", base, head);
  if (mergeBase === undefined) return undefined;
  const [behind = 0, ahead = 0] = (await repository.text("rev-list", "--left-right", "--count", `${base}...${head}`)).split(/\s+/).map(Number);
  return { status: ahead === 0 ? (behind === 0 ? "identical" : "behind") : behind === 0 ? "ahead" : "diverged", ahead, behind, mergeBase };
}
