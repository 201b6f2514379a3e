import { invalid, missing, ok, paged, repoRoute, type RepoCall, type Route } from "./call.ts";
import { diffAnswer } from "./commits.ts";
import { changesOf, compare, logOf } from "./git-history.ts";
import { mergeTrees } from "./git-writes.ts";
import { commitShape, fileShape } from "./shape-commit.ts";
import { pullShape, reviewCommentShape, reviewShape, type PullIssue } from "./shape-pull.ts";
import { repositoryShape } from "./shape-repository.ts";

export const pullRoutes: readonly Route[] = [
  repoRoute("GET /pulls", "pull_requests=read", async (call) => {
    const { repository, query, state } = call;
    const { state: wanted = "open", head, base, sort = "created", direction = sort === "created" ? "desc" : "asc" } = query;
    const all = [...repository.issues.values()].filter(isPull).filter(
      ({ pull, state: told }) =>
        (wanted === "all" || told === wanted) &&
        (base === undefined || pull.base === base) &&
        // Without an owner the filter does nothing.
        (head === undefined || !head.includes(":") || `${pull.head.repository.owner}:${pull.head.branch}`.toLowerCase() === head.toLowerCase()),
    );
    const key = (issue: PullIssue): string => (sort === "updated" ? issue.updated : issue.created);
    const up = all.toSorted((one, other) => (key(one) === key(other) ? one.number - other.number : key(one) < key(other) ? -1 : 1));
    return paged(call, await Promise.all((direction === "asc" ? up : up.toReversed()).map((issue) => pullShape(state, issue))));
  }),
  repoRoute("POST /pulls", "pull_requests=write", async (call) => {
    const { repository, body, login } = call;
    const { head, base, draft } = body as { head: string; base: string; draft?: boolean };
    const [owner = "", branch = ""] = head.includes(":") ? head.split(":") : [repository.owner, head];
    const from = repository.network.find((each) => each.owner.toLowerCase() === owner.toLowerCase());
    const [to, at] = [await repository.git.ref(`refs/heads/${base}`), await from?.git.ref(`refs/heads/${branch}`)];
    const refuse = (field: string, code: string): Error => invalid("Validation Failed", [{ resource: "PullRequest", field, code }]);
    if (to === undefined) throw refuse("base", "invalid");
    if (from === undefined || at === undefined) throw refuse("head", "invalid");
    const same = ({ pull, state: told }: PullIssue): boolean =>
      told === "open" && pull.base === base && pull.head.repository === from && pull.head.branch === branch;
    if ([...repository.issues.values()].filter(isPull).some(same))
      throw invalid("Validation Failed", [{ resource: "PullRequest", code: "custom", message: `A pull request already exists for ${owner}:${branch}.` }]);
    if ((await compare(repository.git, to.sha, at.sha))?.ahead === 0)
      throw invalid("Validation Failed", [{ resource: "PullRequest", code: "custom", message: `No commits between ${base} and ${branch}` }]);
    const title = typeof body["title"] === "string" ? body["title"] : branch;
    const text = typeof body["body"] === "string" ? body["body"] : null;
    const made = await repository.pull({ head, base, title, body: text, author: login, association: "MEMBER", draft: draft === true });
    return ok(await detailed(call, made), 201);
  }),
  repoRoute("GET /pulls/{pull_number}", "pull_requests=read", async (call) => {
    const issue = pullOf(call);
    if (call.media !== "diff" && call.media !== "patch") return ok(await detailed(call, issue));
    const { base, head } = await sidesOf(call, issue);
    return await diffAnswer(call.repository, base, head, call.media);
  }),
  repoRoute("PATCH /pulls/{pull_number}", "pull_requests=write", async (call) => {
    const issue = pullOf(call);
    const { title, body, state, base } = call.body as { title?: string; body?: string; state?: "open" | "closed"; base?: string };
    if (base !== undefined && (await call.repository.git.ref(`refs/heads/${base}`)) === undefined)
      throw invalid("Validation Failed", [{ resource: "PullRequest", field: "base", code: "invalid" }]);
    if (state === "open" && issue.pull.merged !== null) throw invalid("Validation Failed", [{ resource: "PullRequest", field: "state", code: "invalid" }]);
    if (title !== undefined) issue.title = title;
    if (body !== undefined) issue.body = body;
    if (base !== undefined) issue.pull.base = base;
    if (state !== undefined) {
      issue.state = state;
      issue.closed = state === "closed" ? call.state.now() : null;
    }
    issue.updated = call.state.now();
    return ok(await detailed(call, issue));
  }),
  repoRoute("GET /pulls/{pull_number}/files", "pull_requests=read", async (call) => {
    const issue = pullOf(call);
    const { base, head } = await sidesOf(call, issue);
    const files = await changesOf(call.repository.git, base, head);
    return paged(
      call,
      files.slice(0, 3000).map((file) => fileShape(call.state, call.repository, head, file)),
    );
  }),
  repoRoute("GET /pulls/{pull_number}/commits", "pull_requests=read", async (call) => {
    const { base, head } = await sidesOf(call, pullOf(call));
    const commits = (await logOf(call.repository.git, [head, `^${base}`])).toReversed().slice(0, 250);
    return paged(
      call,
      commits.map((commit) => commitShape(call.state, call.repository, commit)),
    );
  }),
  repoRoute("GET /pulls/{pull_number}/reviews", "pull_requests=read", (call) => {
    const issue = pullOf(call);
    const shown = issue.pull.reviews.filter(({ state, author }) => state !== "PENDING" || author === call.login);
    return paged(
      call,
      shown.map((review) => reviewShape(call.state, issue, review)),
    );
  }),
  repoRoute("GET /pulls/{pull_number}/comments", "pull_requests=read", (call) => {
    const issue = pullOf(call);
    const shown = call.query["direction"] === "desc" ? issue.pull.comments.toReversed() : issue.pull.comments;
    return paged(
      call,
      shown.map((comment) => reviewCommentShape(call.state, issue, comment)),
    );
  }),
];

function isPull(issue: { readonly pull?: unknown }): issue is PullIssue {
  return issue.pull !== undefined;
}

export function pullOf({ repository, parameters }: RepoCall): PullIssue {
  const found = repository.issues.get(Number(parameters["pull_number"]));
  if (found === undefined || !isPull(found)) throw missing();
  return found;
}

/** Where the two sides parted, and the head. */
export async function sidesOf({ repository }: RepoCall, { pull }: PullIssue): Promise<{ readonly base: string; readonly head: string }> {
  const tip = pull.merged === null ? await repository.head(pull.base) : `${pull.merged.sha}^1`;
  return { base: await repository.git.text("merge-base", tip, pull.head.sha), head: pull.head.sha };
}

/** One pull request by itself carries more than one in a list. */
export async function detailed(call: RepoCall, issue: PullIssue): Promise<unknown> {
  const { state, repository } = call;
  const { base, head } = await sidesOf(call, issue);
  const files = await changesOf(repository.git, base, head);
  const sum = (key: "additions" | "deletions"): number => files.reduce((total, file) => total + file[key], 0);
  const shape = await pullShape(state, issue);
  const merged = issue.pull.merged !== null;
  const clean = merged || (await mergeTrees(repository.git, await repository.head(issue.pull.base), head)) !== undefined;
  return {
    ...shape,
    base: { ...(shape["base"] as object), repo: repositoryShape(state, repository, { push: false }) },
    merged,
    mergeable: merged ? null : clean,
    rebaseable: null,
    mergeable_state: !clean ? "dirty" : issue.pull.draft ? "draft" : "clean",
    merged_by: null,
    comments: issue.comments.length,
    review_comments: issue.pull.comments.length,
    maintainer_can_modify: false,
    commits: Number(await repository.git.text("rev-list", "--count", `${base}..${head}`)),
    additions: sum("additions"),
    deletions: sum("deletions"),
    changed_files: files.length,
  };
}
