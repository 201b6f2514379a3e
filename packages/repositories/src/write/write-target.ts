import type { GivenRepo } from "../repo-scope.ts";
import type { RepoRefusal } from "../repo-target.ts";
import { readRepoPath } from "../repo-path.ts";
import { refProblem } from "../revision.ts";
import { isProtectedPath } from "./protected-paths.ts";
import type { WriteScope } from "./write-scope.ts";

export interface WrittenFile {
  readonly path: string;
  readonly content: string;
}

/** The arguments of a call that say what of a repository it would change, as the caller wrote them. */
export interface RawChange {
  readonly owner?: string;
  readonly repo?: string;
  readonly branch?: string;
  readonly from_branch?: string;
  readonly path?: string;
  readonly files?: readonly WrittenFile[];
  readonly base?: string;
  readonly head?: string;
  readonly labels?: readonly string[];
  readonly workflow_id?: string;
  readonly ref?: string;
}

/** What a call would change, as far as the card gives it. */
export interface ChangeTarget {
  readonly repo: GivenRepo;
  readonly branch?: string;
  /** Branched off, gone into, or run on. */
  readonly base?: string;
  readonly head?: string;
  readonly path?: string;
  readonly files?: readonly WrittenFile[];
  readonly labels?: readonly string[];
  readonly workflow?: string;
}

/** Branches that others start from, by their usual names: only a card that names them in full gives them. */
const usualDefaults = new Set(["main", "master", "trunk", "develop"]);

/** Judges all that a call would change, before anything is asked of the host. */
export function readChange(raw: RawChange, scope: WriteScope): ChangeTarget | RepoRefusal {
  const repo = scope.repos.get(`${raw.owner ?? ""}/${raw.repo ?? ""}`.toLowerCase());
  if (repo === undefined) return { code: "repo.not_allowed", rule: "repository", message: "The card does not name this repository." };
  const { branch, head, path, files, labels, workflow_id: workflow, ref } = raw;
  const base = raw.base ?? raw.from_branch;
  const refusal =
    refusalOfBranch(branch, scope) ??
    refusalOfBranch(head, scope) ??
    refusalOfBase(base, scope, raw.base === undefined ? "repo.ref" : "repo.base") ??
    refusalOfBase(ref, scope, "repo.ref") ??
    refusalOfLabels(labels, scope) ??
    refusalOfWorkflow(workflow, scope);
  if (refusal !== undefined) return refusal;
  const paths: string[] = [];
  for (const text of [...(path === undefined ? [] : [path]), ...(files ?? []).map((file) => file.path)]) {
    const judged = judgePath(text, scope);
    if (typeof judged !== "string") return judged;
    if (paths.includes(judged)) return { code: "repo.input", rule: "path-twice", message: `${JSON.stringify(text)} is there for the second time.` };
    paths.push(judged);
  }
  return {
    repo,
    ...(branch !== undefined && { branch }),
    ...((base ?? ref) !== undefined && { base: base ?? ref ?? "" }),
    ...(head !== undefined && { head }),
    ...(path !== undefined && { path: paths[0] ?? "" }),
    ...(files !== undefined && { files: files.map(({ content }, at) => ({ path: paths[at + (path === undefined ? 0 : 1)] ?? "", content })) }),
    ...(labels !== undefined && { labels }),
    ...(workflow !== undefined && { workflow }),
  };
}

function refusalOfBranch(name: string | undefined, { branches = [] }: WriteScope): RepoRefusal | undefined {
  if (name === undefined) return undefined;
  // owner:branch is a branch of somebody's fork.
  const rule = name.includes(":") ? "ref-of-fork" : (refProblem(name) ?? (name.startsWith("refs/") ? "ref-namespace" : undefined));
  if (rule !== undefined) return { code: "repo.ref", rule, message: "This is no name of a branch that can be written to safely." };
  const fitting = branches.filter((pattern) => pattern.matches(name));
  if (fitting.length === 0) return { code: "repo.ref", rule: "branch", message: `The card gives ${told(branches.map(({ text }) => `branch ${text}`))}.` };
  const named = fitting.some(({ text }) => text === name);
  if (!named && usualDefaults.has(name.toLowerCase()))
    return { code: "repo.ref", rule: "branch-default", message: "A default branch is written to only where the card names it in full." };
  return undefined;
}

function refusalOfBase(name: string | undefined, { bases }: WriteScope, code: "repo.base" | "repo.ref"): RepoRefusal | undefined {
  if (name === undefined) return undefined;
  const rule = name.includes(":") ? "ref-of-fork" : refProblem(name);
  if (rule !== undefined) return { code, rule, message: "This is no name of a branch that can be asked for safely." };
  return bases.some((pattern) => pattern.matches(name))
    ? undefined
    : { code, rule: "base", message: `The card gives ${told(bases.map(({ text }) => `base ${text}`))}.` };
}

function refusalOfLabels(names: readonly string[] | undefined, { labels }: WriteScope): RepoRefusal | undefined {
  const other = names?.find((name) => !labels.some((pattern) => pattern.matches(name)));
  return other === undefined ? undefined : { code: "repo.input", rule: "label", message: `The card does not give the label ${JSON.stringify(other)}.` };
}

function refusalOfWorkflow(name: string | undefined, { workflows }: WriteScope): RepoRefusal | undefined {
  if (name === undefined || workflows.includes(name)) return undefined;
  return { code: "repo.input", rule: "workflow", message: `The card gives ${told(workflows.map((file) => `workflow ${file}`))}.` };
}

function judgePath(text: string, { paths = [], protected: guarded }: WriteScope): string | RepoRefusal {
  const read = readRepoPath(text);
  if ("rule" in read || read.path === "")
    return { code: "repo.path", rule: "rule" in read ? read.rule : "path-root", message: "This is no path of a file within a repository." };
  if (!paths.some((pattern) => pattern.matches(read.path)))
    return { code: "repo.path", rule: "path", message: `The card gives ${told(paths.map((pattern) => `path ${pattern.text}`))}.` };
  if (guarded === "deny" && isProtectedPath(read.path))
    return { code: "repo.path", rule: "path-protected", message: "What runs by itself, and who has to agree to changes, is not written to." };
  return read.path;
}

function told(given: readonly string[]): string {
  return given.length === 0 ? "none" : given.join(", ");
}

/** The change as one text, for records. */
export function canonicalChange({ repo, branch, base, head, path, files, workflow }: ChangeTarget): string {
  const at = branch ?? head ?? base;
  const what = path ?? (files === undefined ? undefined : files.map((file) => file.path).join(","));
  return [repo.key, at === undefined ? "" : `@refs/heads/${at}`, what === undefined ? "" : `:${what}`, workflow === undefined ? "" : `!${workflow}`].join("");
}
