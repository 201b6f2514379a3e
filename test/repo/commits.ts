import { invalid, missing, ok, paged, Refusal, repoRoute, type Answer, type RepoCall, type Route, type Shape } from "./call.ts";
import { changesOf, commitAt, compare, logOf, type ChangedFile } from "./git-history.ts";
import type { Repository } from "./github-repository.ts";
import { commitShape, fileShape } from "./shape-commit.ts";
import { checkShape } from "./shape-run.ts";
import { apiOf, minimalRepository } from "./shape-repository.ts";

const mostFiles = 300;
const mostCommits = 250;

export const commitRoutes: readonly Route[] = [
  repoRoute("GET /commits", "contents=read", async (call) => {
    const { state, repository, query } = call;
    const start = await repository.git.commitOf(query["sha"] ?? repository.defaultBranch);
    if (start === undefined) throw query["sha"] === undefined ? new Refusal(409, "Git Repository is empty.") : missing();
    const { author, committer, since, until, path } = query;
    const options = [
      ...(author === undefined ? [] : ["--fixed-strings", `--author=${author}`]),
      ...(committer === undefined ? [] : ["--fixed-strings", `--committer=${committer}`]),
      ...(since === undefined ? [] : [`--since=${since}`]),
      ...(until === undefined ? [] : [`--until=${until}`]),
    ];
    const commits = await logOf(repository.git, [start], options, path === undefined ? [] : [path]);
    return paged(
      call,
      commits.map((commit) => commitShape(state, repository, commit)),
    );
  }),
  repoRoute("GET /commits/{ref}/check-runs", "checks=read", async (call) => {
    const sha = await shaOf(call);
    const { check_name: name, status } = call.query;
    const jobs = call.repository.runs.filter((run) => run.sha === sha).flatMap((run) => run.jobs);
    const shown = jobs.filter((job) => (name === undefined || job.name === name) && (status === undefined || job.status === status));
    return paged(
      call,
      shown.map((job) => checkShape(call.state, call.repository, job)),
      (items) => ({ total_count: shown.length, check_runs: items }),
    );
  }),
  repoRoute("GET /commits/{ref}/status", "statuses=read", async (call) => {
    const { state, repository } = call;
    const sha = await shaOf(call);
    const own = repository.statuses.filter((status) => status.sha === sha);
    const url = `${apiOf(state, repository)}/commits/${sha}`;
    const states = own.map((status) => status.state);
    const worst =
      states.includes("failure") || states.includes("error") ? "failure" : states.length === 0 || states.includes("pending") ? "pending" : "success";
    return ok({
      state: worst,
      statuses: own.map(({ state: told, context, description }) => ({ state: told, context, description, target_url: null })),
      sha,
      total_count: own.length,
      repository: minimalRepository(state, repository),
      commit_url: url,
      url: `${url}/status`,
    });
  }),
  repoRoute("GET /commits/{ref}", "contents=read", async (call) => {
    const { state, repository, media } = call;
    const sha = await shaOf(call);
    if (media === "sha") return { status: 200, text: sha, type: "application/vnd.github.sha; charset=utf-8" };
    const commit = await commitAt(repository.git, sha);
    if (media === "diff" || media === "patch") return await diffAnswer(repository, commit.parents[0], sha, media);
    const files = await changesOf(repository.git, commit.parents[0], sha);
    return paged(
      call,
      files.slice(0, 3000),
      (items) => ({
        ...commitShape(state, repository, commit),
        stats: statsOf(files),
        files: (items as readonly ChangedFile[]).map((file) => fileShape(state, repository, sha, file)),
      }),
      mostFiles,
    );
  }),
  repoRoute("GET /compare/{basehead}", "contents=read", async (call) => {
    const { state, repository, parameters, media } = call;
    const [base = "", head = "", more] = (parameters["basehead"] ?? "").split("...");
    if (more !== undefined || base === "" || head === "") throw missing();
    const [from, to] = [await across(call, base), await across(call, head)];
    if (from === undefined || to === undefined) throw missing();
    const found = await compare(repository.git, from, to);
    if (found === undefined) throw new Refusal(404, `No common ancestor between ${base} and ${head}.`);
    if (media === "diff" || media === "patch") return await diffAnswer(repository, found.mergeBase, to, media);
    const commits = (await logOf(repository.git, [to, `^${from}`])).toReversed();
    const files = await changesOf(repository.git, found.mergeBase, to);
    const url = `${apiOf(state, repository)}/compare/${base}...${head}`;
    const html = `${state.urls.html}/${repository.fullName}/compare/${base}...${head}`;
    const shape = async (sha: string): Promise<Shape> => commitShape(state, repository, await commitAt(repository.git, sha));
    const [baseCommit, mergeBase] = [await shape(from), await shape(found.mergeBase)];
    return paged(
      call,
      commits,
      (items) => ({
        url,
        html_url: html,
        permalink_url: html,
        diff_url: `${html}.diff`,
        patch_url: `${html}.patch`,
        base_commit: baseCommit,
        merge_base_commit: mergeBase,
        status: found.status,
        ahead_by: found.ahead,
        behind_by: found.behind,
        total_commits: commits.length,
        commits: (items as typeof commits).map((commit) => commitShape(state, repository, commit)),
        files: files.slice(0, mostFiles).map((file) => fileShape(state, repository, to, file)),
      }),
      mostCommits,
    );
  }),
];

async function shaOf({ repository, parameters }: RepoCall): Promise<string> {
  const ref = parameters["ref"] ?? "";
  const sha = await repository.git.commitOf(ref);
  if (sha === undefined) throw invalid(`No commit found for SHA: ${ref}`);
  return sha;
}

/** `owner:branch` is another repository of the network. */
async function across({ repository }: RepoCall, text: string): Promise<string | undefined> {
  const [owner = "", ref] = text.split(":");
  if (ref === undefined) return repository.git.commitOf(text);
  return repository.network.find((each) => each.owner.toLowerCase() === owner.toLowerCase())?.git.commitOf(ref);
}

export async function diffAnswer({ git }: Repository, from: string | undefined, to: string, media: "diff" | "patch"): Promise<Answer> {
  const words =
    media === "diff"
      ? ["diff", "-M", from ?? "4b825dc642cb6eb9a060e54bf8d69288fbee4904", to]
      : ["format-patch", "--stdout", from === undefined ? to : `${from}..${to}`];
  return { status: 200, text: await git.run(words), type: `application/vnd.github.${media}; charset=utf-8` };
}

function statsOf(files: readonly ChangedFile[]): Shape {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { total: additions + deletions, additions, deletions };
}
