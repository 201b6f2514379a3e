export type { RepoAnswer, RepoAuthority, RepoRequest } from "./authority.ts";
export { onlyOperations, type MakeRequester, type Requester } from "./octokit-port.ts";
export { downloadOperations, readOperations, type ReadOperation } from "./operations.ts";
export { createRepoKind, type HeldRepo, type RepoKind } from "./repo-kind.ts";
export type { RepoScope } from "./repo-scope.ts";
export type { RawRepo, RepoTarget } from "./repo-target.ts";
export { fullRefOf } from "./revision.ts";
export { bindQuery, type SearchKind } from "./search-query.ts";
