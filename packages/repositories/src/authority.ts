import type { GivenRepo } from "./repo-scope.ts";
import type { DownloadRequest } from "./download-from-repo.ts";
import type { DownloadOperation, ReadOperation } from "./operations.ts";
import type { RepoTarget } from "./repo-target.ts";

/** What a handler may say of one request. Owner, repository, host, credential and headers are the card's. */
export interface RepoRequest {
  readonly parameters?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly signal: AbortSignal;
  /** Bytes of the answer. Default: 4 MiB. */
  readonly mostBytes?: number;
}

export interface RepoAnswer {
  /** Parsed JSON. */
  readonly data: unknown;
  /** There is another page. */
  readonly more: boolean;
}

/** Authority over one repository, minted after the decision was committed. Guarantees: every request names that repository, at an address that was classified. */
export interface RepoAuthority extends Omit<RepoTarget, "repo"> {
  /** As the operator spells it: `acme/widget`. */
  readonly name: string;
  readonly repo: GivenRepo;
  /** Whether the card gives a path for reading, or something below it: for what an answer lists. */
  gives(path: string): boolean;
  /** Whether the card gives a file at a path. */
  givesFile(path: string): boolean;
  givesBranch(name: string): boolean;
  givesTag(name: string): boolean;
  /** The card names branches: what is not part of them is not given. */
  readonly boundToBranches: boolean;
  /** Branches that the card names without wildcards. */
  readonly literalBranches: readonly string[];
  /** Throws `LateDenial` (`repo.identity`, `credential.scope`), the failures of `repo` and of the network, and the signal's reason. */
  ask(operation: ReadOperation, request: RepoRequest): Promise<RepoAnswer>;
  /** The bytes of a file that the host keeps elsewhere. Throws like `ask`, and `LateDenial` of the network for a place that the card does not give. */
  download(operation: DownloadOperation, request: DownloadRequest): Promise<Buffer>;
}
