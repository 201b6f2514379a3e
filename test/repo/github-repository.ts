import { importHistory, type CommitSeed } from "./git-import.ts";
import type { GitRepository } from "./git-repository.ts";
import type { GithubState } from "./github-state.ts";
import type { CodeAlert, DependencyAlert, Issue, Job, Label, Pull, Release, Run, SecretAlert } from "./github-records.ts";
import type { CommentSeed, IssueSeed, PullSeed, RepositorySeed, RunSeed } from "./seeds.ts";

interface Made {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly git: GitRepository;
  readonly parent: Repository | undefined;
  readonly seed: RepositorySeed;
}

/** A repository of the fake: what git keeps, and what it keeps beside it. Its methods are how a test fills it. */
export class Repository {
  readonly id: number;
  readonly defaultBranch: string;
  readonly git: GitRepository;
  readonly parent: Repository | undefined;
  readonly description: string | null;
  readonly protectedBranches: readonly string[];
  readonly created: string;
  readonly issues = new Map<number, Issue>();
  readonly labels = new Map<string, Label>();
  readonly releases: Release[] = [];
  readonly runs: Run[] = [];
  readonly statuses: { readonly sha: string; readonly state: string; readonly context: string; readonly description: string }[] = [];
  readonly codeAlerts: CodeAlert[] = [];
  readonly dependencyAlerts: DependencyAlert[] = [];
  readonly secretAlerts: SecretAlert[] = [];
  owner: string;
  name: string;
  private: boolean;
  readonly #state: GithubState;
  #number = 0;

  constructor(state: GithubState, { id, owner, name, defaultBranch, git, parent, seed }: Made) {
    this.#state = state;
    this.id = id;
    this.owner = owner;
    this.name = name;
    this.defaultBranch = defaultBranch;
    this.git = git;
    this.parent = parent;
    this.private = seed.private ?? true;
    this.description = seed.description ?? null;
    this.protectedBranches = seed.protected ?? [];
    this.created = state.now();
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`;
  }

  /** This one, what it is a fork of, and all other forks of that. */
  get network(): readonly Repository[] {
    return [...this.#state.repositories.values()].filter((each) => each.git.place.objects === this.git.place.objects);
  }

  async commit(branch: string, seed: CommitSeed, from?: string): Promise<string> {
    const known = new Set((await this.git.refs()).map((ref) => ref.name));
    await importHistory(this.git.place, [{ name: branch, commits: [seed], ...(from !== undefined && { from }) }], [], known);
    await this.followHeads();
    return await this.git.text("rev-parse", `refs/heads/${branch}`);
  }

  async head(branch = this.defaultBranch): Promise<string> {
    return await this.git.text("rev-parse", `refs/heads/${branch}`);
  }

  label(name: string, { color = "ededed", description = null }: { readonly color?: string; readonly description?: string | null } = {}): Label {
    const known = this.labels.get(name.toLowerCase());
    if (known !== undefined) return known;
    const made: Label = { id: this.#state.id(), name, color, description };
    this.labels.set(name.toLowerCase(), made);
    return made;
  }

  issue({ title, body = null, author = this.owner, association = this.#association(author), labels = [], state = "open", comments = [] }: IssueSeed): Issue {
    this.#number += 1;
    const at = this.#state.now();
    const issue: Issue = {
      id: this.#state.id(),
      number: this.#number,
      repository: this,
      title,
      body,
      author,
      association,
      state,
      reason: state === "closed" ? "completed" : null,
      labels: labels.map((name) => this.label(name).name),
      assignees: [],
      comments: [],
      created: at,
      updated: at,
      closed: state === "closed" ? at : null,
      subIssues: [],
    };
    this.issues.set(issue.number, issue);
    for (const comment of comments) this.comment(issue, comment);
    return issue;
  }

  comment(issue: Issue, { body, author = this.owner, association = this.#association(author) }: CommentSeed): Issue["comments"][number] {
    const at = this.#state.now();
    const comment = { id: this.#state.id(), body, author, association, created: at, updated: at };
    issue.comments.push(comment);
    return comment;
  }

  async pull({ head, base = this.defaultBranch, draft = false, ...seed }: PullSeed): Promise<Issue & { readonly pull: Pull }> {
    const [owner, branch] = head.includes(":") ? (head.split(":") as [string, string]) : [this.owner, head];
    const from = this.network.find((each) => each.owner.toLowerCase() === owner.toLowerCase());
    if (from === undefined) throw new Error(`no repository of ${owner}`);
    const sha = await from.head(branch);
    const pull: Pull = {
      head: { repository: from, branch, sha },
      base,
      draft,
      merged: null,
      reviews: [],
      comments: [],
      reviewers: [],
      commentsOfReview: new Map(),
    };
    const issue = Object.assign(this.issue(seed), { pull });
    await this.git.text("update-ref", `refs/pull/${issue.number}/head`, sha);
    return issue;
  }

  /** Pull requests follow the branches that they come from. */
  async followHeads(): Promise<void> {
    for (const repository of this.network)
      for (const { number, pull, state } of repository.issues.values()) {
        if (pull?.head.repository !== this || state !== "open") continue;
        const sha = (await this.git.ref(`refs/heads/${pull.head.branch}`))?.sha;
        if (sha === undefined || sha === pull.head.sha) continue;
        pull.head.sha = sha;
        await repository.git.text("update-ref", `refs/pull/${number}/head`, sha);
      }
  }

  release({
    tag,
    name = tag,
    body = "",
    draft = false,
    prerelease = false,
  }: {
    tag: string;
    name?: string;
    body?: string;
    draft?: boolean;
    prerelease?: boolean;
  }): Release {
    const release: Release = { id: this.#state.id(), tag, name, body, draft, prerelease, created: this.#state.now() };
    this.releases.unshift(release);
    return release;
  }

  async run({
    workflow = "ci.yml",
    branch = this.defaultBranch,
    event = "push",
    status = "completed",
    conclusion = "success",
    jobs = [],
  }: RunSeed): Promise<Run> {
    const sha = await this.head(branch);
    const run: Run = {
      id: this.#state.id(),
      number: this.runs.length + 1,
      workflow,
      branch,
      sha,
      event,
      status,
      conclusion,
      created: this.#state.now(),
      jobs: [],
      attempt: 1,
    };
    for (const { name, log, conclusion: ended = "success" } of jobs) {
      const job: Job = { id: this.#state.id(), name, status: "completed", conclusion: ended, log, run };
      run.jobs.push(job);
    }
    this.runs.unshift(run);
    return run;
  }

  #association(author: string): string {
    return author.toLowerCase() === this.owner.toLowerCase() ? "OWNER" : "NONE";
  }
}
