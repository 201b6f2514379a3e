import type { Access, DenialCode } from "@postern/policy";
import { readRepoPath } from "./repo-path.ts";
import type { GivenRepo, RepoScope } from "./repo-scope.ts";
import { fullRefOf, readRevision, type Revision } from "./revision.ts";
import { bindQuery, type SearchKind } from "./search-query.ts";

/** The arguments of a call that say what of a repository it means, as the caller wrote them. */
export interface RawRepo {
  readonly owner?: string;
  readonly repo?: string;
  readonly path?: string;
  /** A branch, a tag or a commit. */
  readonly ref?: string;
  readonly sha?: string;
  readonly tree_sha?: string;
  readonly tag?: string;
  readonly branch?: string;
  readonly query?: string;
}

/** Operations whose answer is one state of the repository: where none is named, the default branch is meant. */
const ofOneState: ReadonlySet<string> = new Set(["contents", "tree", "commits"]);

/** Operations that search, with what is put before the caller's words. */
const searches: Readonly<Record<string, { readonly kind: SearchKind; readonly own: readonly string[] }>> = {
  search_code: { kind: "code", own: [] },
  search_issues: { kind: "issues", own: ["is:issue"] },
  search_pull_requests: { kind: "issues", own: ["is:pr"] },
  search_commits: { kind: "commits", own: [] },
};

/** What a call means, as far as the card gives it. */
export interface RepoTarget {
  readonly repo: GivenRepo;
  readonly path?: string;
  /** The state as it is asked for; absent: the default branch. */
  readonly revision?: Revision;
  readonly query?: string;
}

export interface RepoRefusal {
  readonly code: Extract<DenialCode, `repo.${string}`>;
  readonly rule: string;
  readonly message: string;
}

/** Judges all that a call says of a repository, before anything is asked of its host. */
export function readTarget(
  raw: RawRepo,
  scope: RepoScope,
  { access, operation }: { readonly access: Access; readonly operation: string },
): RepoTarget | RepoRefusal {
  const repo = scope.repos.get(`${raw.owner ?? ""}/${raw.repo ?? ""}`.toLowerCase());
  if (repo === undefined) return { code: "repo.not_allowed", rule: "repository", message: "The card does not name this repository." };
  const path = raw.path === undefined ? undefined : judgePath(raw.path, scope, access);
  if (path !== undefined && "code" in path) return path;
  const asked = raw.ref ?? raw.sha ?? raw.tree_sha ?? raw.branch ?? (raw.tag === undefined ? undefined : `refs/tags/${raw.tag}`);
  const revision = asked === undefined && !ofOneState.has(operation) ? undefined : judgeRevision(asked, scope);
  if (revision !== undefined && "code" in revision) return revision;
  const search = searches[operation];
  const query = raw.query === undefined || search === undefined ? undefined : bindQuery(raw.query, search.kind, repo, search.own);
  if (query !== undefined && "rule" in query) {
    const part = query.part === undefined ? "" : ` ${JSON.stringify(query.part)} is none of them.`;
    return { code: "repo.search", rule: query.rule, message: `A search has words, quoted phrases and known qualifiers that stay in the repository.${part}` };
  }
  return { repo, ...path, ...(revision !== undefined && { revision }), ...query };
}

function judgePath(text: string, { paths }: RepoScope, access: Access): { readonly path: string } | RepoRefusal {
  const read = readRepoPath(text);
  if ("rule" in read) return { code: "repo.path", rule: read.rule, message: "This is no path within a repository." };
  const given =
    paths === undefined ? access === "read" : paths.some((pattern) => pattern.matches(read.path) || (access === "read" && pattern.leadsTo(read.path)));
  return given ? read : { code: "repo.path", rule: "path", message: pathsTold(paths) };
}

function pathsTold(paths: RepoScope["paths"]): string {
  return paths === undefined ? "The card gives no paths." : `The card gives ${paths.map(({ text }) => text).join(", ")} of the repository.`;
}

function judgeRevision(text: string | undefined, scope: RepoScope): Revision | RepoRefusal | undefined {
  const { branches, tags, commits, pullRequests } = scope;
  if (text === undefined) {
    if (branches === undefined) return undefined;
    // The default branch is the host's word, and may be another tomorrow.
    const literal = branches.find(({ text: name }) => !/[*?]/.test(name));
    return literal === undefined ? refuse("ref-needed", `Name one of the card's branches: ${told(scope)}.`) : { form: "branch", name: literal.text };
  }
  const read = readRevision(text);
  if ("rule" in read) return refuse(read.rule, "This is no name of a branch or a tag that can be asked for safely.");
  if (read.form === "sha")
    return commits === "reachable" ? read : refuse("ref-commit", "The card gives no commits by their SHA: they may be a fork's. Name a branch or a tag.");
  if (read.form === "pull") return pullRequests === "allow" ? read : refuse("ref-pull-request", "The card does not give the content of pull requests as refs.");
  const isBranch = read.form !== "tag" && (branches?.some((pattern) => pattern.matches(read.name)) ?? true);
  const isTag = read.form !== "branch" && (tags?.some((pattern) => pattern.matches(read.name)) ?? true);
  if (!isBranch && !isTag) return refuse("ref", `The card gives ${told(scope)}.`);
  // Of a name that may be both, only what the card gives is asked for.
  return isBranch && isTag ? read : { form: isBranch ? "branch" : "tag", name: read.name };
}

function refuse(rule: string, message: string): RepoRefusal {
  return { code: "repo.ref", rule, message };
}

function told({ branches, tags }: RepoScope): string {
  const of = (name: string, patterns: RepoScope["tags"]): readonly string[] => patterns?.map(({ text }) => `${name} ${text}`) ?? [`all of its ${name}s`];
  return [...of("branch", branches), ...of("tag", tags)].join(", ");
}

/** The target as one text, for records. */
export function canonicalTarget({ repo, path, revision }: RepoTarget): string {
  return `${repo.key}${revision === undefined ? "" : `@${fullRefOf(revision)}`}${path === undefined ? "" : `:${path}`}`;
}
