import { Octokit } from "@octokit/rest";
import { createRepoKind, downloadOperations, onlyOperations, readOperations } from "@postern/repositories";

/** Repositories, asked for through Octokit's templates. Its plugins for pages and retries are never called: each page is a call's own. */
export const repoKind = createRepoKind((options) => {
  const octokit = new Octokit({ ...options, log: silent });
  onlyOperations(octokit.hook, [...readOperations, ...downloadOperations]);
  return octokit;
});

/** Octokit warns on the console, which is the protocol's or a log's. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
