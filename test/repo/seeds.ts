import type { BranchSeed, CommitSeed, FileSeed, TagSeed } from "./git-import.ts";

export interface RepositorySeed {
  /** Default: true. */
  readonly private?: boolean;
  /** Default: main. */
  readonly defaultBranch?: string;
  readonly description?: string;
  /** The files of the default branch's first commit; commits, branches and tags come after it. */
  readonly files?: Readonly<Record<string, FileSeed>>;
  readonly commits?: readonly CommitSeed[];
  readonly branches?: readonly BranchSeed[];
  readonly tags?: readonly TagSeed[];
  /** Branches that answers call protected. */
  readonly protected?: readonly string[];
  /** A repository named before: this one is its fork and starts with its branches and tags. */
  readonly forkOf?: string;
}

export type Level = "read" | "write" | "admin";
export type Permissions = Readonly<Record<string, Level>>;

export interface TokenSeed {
  /** Names of repositories, or all of them. */
  readonly repositories: readonly string[] | "all";
  /** As a GitHub App calls them, for each of its repositories: contents, issues, pull_requests … `metadata: read` is always there. */
  readonly permissions: Permissions;
  /** Whose token it is. Default: octo-agent. */
  readonly login?: string;
  /** What shares its limits. Default: the login. */
  readonly quotaOwner?: string;
}

export interface InstallationSeed {
  readonly account: string;
  readonly repositories: readonly string[] | "all";
  readonly permissions: Permissions;
}

export interface AppSeed {
  /** PEM of the key that the App's tokens are checked with. */
  readonly publicKey: string;
  readonly installations: Readonly<Record<number, InstallationSeed>>;
}

export interface IssueSeed {
  readonly title: string;
  readonly body?: string | null;
  readonly author?: string;
  readonly association?: string;
  readonly labels?: readonly string[];
  readonly state?: "open" | "closed";
  readonly comments?: readonly CommentSeed[];
}

export interface CommentSeed {
  readonly body: string;
  readonly author?: string;
  readonly association?: string;
}

export interface PullSeed extends Omit<IssueSeed, "comments"> {
  /** A branch, or `owner:branch` of a fork. */
  readonly head: string;
  readonly base?: string;
  readonly draft?: boolean;
  readonly comments?: readonly CommentSeed[];
}

export interface RunSeed {
  readonly workflow?: string;
  readonly branch?: string;
  readonly event?: string;
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly jobs?: readonly { readonly name: string; readonly conclusion?: string; readonly log: string }[];
}
