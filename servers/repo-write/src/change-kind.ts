import { Octokit } from "@octokit/rest";
import { onlyOperations, readOperations } from "@postern/repositories";
import { createChangeKind, writeOperations } from "@postern/repositories/write";

/** Changes to repositories, sent through Octokit's templates: each request once, and none that it would make by itself. */
export const changeKind = createChangeKind((options) => {
  const octokit = new Octokit({ ...options, log: silent });
  onlyOperations(octokit.hook, [...readOperations, ...writeOperations]);
  return octokit;
});

/** Octokit warns on the console, which is the protocol's or a log's. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
