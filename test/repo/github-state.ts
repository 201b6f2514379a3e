import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { utc } from "./git-history.ts";
import { importHistory, type BranchSeed } from "./git-import.ts";
import { GitRepository } from "./git-repository.ts";
import { Repository } from "./github-repository.ts";
import type { RepositorySeed, TokenSeed } from "./seeds.ts";

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: "User" | "Organization" | "Bot";
}

export interface Urls {
  /** With its base path, without a slash at its end. */
  readonly api: string;
  readonly html: string;
  readonly downloads: string;
}

export interface Token extends TokenSeed {
  readonly ids: ReadonlySet<number> | "all";
  readonly kind: "personal" | "installation";
  readonly expires?: number;
}

/** Everything that the fake knows, but what git keeps. */
export class GithubState {
  readonly repositories = new Map<number, Repository>();
  /** Former names, in lower case, and what they lead to. */
  readonly former = new Map<string, number>();
  readonly tokens = new Map<string, Token>();
  /** Texts that answers carry and that no caller may get. */
  readonly secrets: string[] = [];
  readonly #directory: string;
  readonly #accounts = new Map<string, Account>();
  #next = 1000;
  urls: Urls = { api: "", html: "", downloads: "" };

  constructor(directory: string) {
    this.#directory = directory;
  }

  id(): number {
    this.#next += 1;
    return this.#next;
  }

  now(): string {
    return utc(Date.now());
  }

  secret(text: string): string {
    if (!this.secrets.includes(text)) this.secrets.push(text);
    return text;
  }

  account(login: string, type: Account["type"] = login.endsWith("[bot]") ? "Bot" : "User"): Account {
    const known = this.#accounts.get(login.toLowerCase());
    if (known !== undefined) return known;
    const made: Account = { login, id: this.id(), type };
    this.#accounts.set(login.toLowerCase(), made);
    return made;
  }

  named(name: string): Repository | undefined {
    const wanted = name.toLowerCase().replace(/\.git$/, "");
    return [...this.repositories.values()].find((repository) => repository.fullName.toLowerCase() === wanted);
  }

  repository(name: string): Repository {
    const found = this.named(name);
    if (found === undefined) throw new Error(`no repository ${name}`);
    return found;
  }

  async add(name: string, seed: RepositorySeed): Promise<Repository> {
    const [owner = "", repo = ""] = name.split("/");
    const parent = seed.forkOf === undefined ? undefined : this.repository(seed.forkOf);
    const id = this.id();
    const defaultBranch = seed.defaultBranch ?? parent?.defaultBranch ?? "main";
    const directory = join(this.#directory, `${id}.git`);
    const place = { directory, objects: parent?.git.place.objects ?? join(directory, "objects") };
    // All that git asks of a repository; to have it made by git takes a process each.
    for (const part of ["refs", "objects"]) await mkdir(join(directory, part), { recursive: true });
    await writeFile(join(directory, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
    const git = new GitRepository(place);
    if (parent !== undefined) await copyRefs(parent.git, git);
    const account = this.account(owner, "Organization");
    const repository = new Repository(this, { id, owner: account.login, name: repo, defaultBranch, git, parent, seed });
    const known = new Set(parent === undefined ? [] : (await git.refs()).map((ref) => ref.name));
    const first = seed.files === undefined ? [] : [{ message: "The beginning", files: seed.files }];
    const trunk: BranchSeed = { name: defaultBranch, commits: [...first, ...(seed.commits ?? [])] };
    const branches = [...(trunk.commits.length > 0 ? [trunk] : []), ...(seed.branches ?? [])];
    if (branches.length > 0 || seed.tags !== undefined) await importHistory(place, branches, seed.tags ?? [], known);
    this.repositories.set(id, repository);
    return repository;
  }

  grant(token: string, seed: TokenSeed, more: { readonly kind?: Token["kind"]; readonly expires?: number } = {}): void {
    const ids = seed.repositories === "all" ? "all" : new Set(seed.repositories.map((name) => this.repository(name).id));
    this.tokens.set(token, { kind: "personal", ...seed, ids, ...more });
  }
}

async function copyRefs(from: GitRepository, to: GitRepository): Promise<void> {
  const lines = [...(await from.refs("refs/heads")), ...(await from.refs("refs/tags"))].map(({ name, sha }) => `create ${name} ${sha}\n`);
  await to.run(["update-ref", "--stdin"], { input: lines.join("") });
}
