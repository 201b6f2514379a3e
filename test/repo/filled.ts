import { startGitHub, type Github, type GithubSeed } from "./github.ts";
import type { Permissions } from "./seeds.ts";

export const everything: Permissions = {
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "read",
  statuses: "read",
  actions: "write",
  security_events: "read",
  vulnerability_alerts: "read",
  secret_scanning_alerts: "read",
};

const files = {
  "README.md": "# Widget\n",
  "docs/guide.md": "alpha\nbeta\n",
  "docs/link": { link: "../secret/key.txt" },
  "docs/out": { link: "/etc/passwd" },
  "docs/above": { link: "../../elsewhere" },
  "docs/folder": { link: "../secret" },
  "docs/run.sh": { executable: "#!/bin/sh\n" },
  "secret/key.txt": "the hidden word\n",
  "vendor/lib": { submodule: "a".repeat(40) },
  ".gitmodules": '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://github.com/other/lib.git\n',
  ".github/workflows/ci.yml": "on: workflow_dispatch\n",
} as const;

/** A private repository with all that is odd, its public fork, a second private one, and one of somebody else. */
export function filled(more: Partial<GithubSeed> = {}): Promise<Github> {
  return startGitHub({
    repositories: {
      "acme/widget": {
        files,
        branches: [
          { name: "agent/one", from: "main", commits: [{ message: "On a branch", files: { "docs/guide.md": "alpha\ngamma\n", "new.txt": "new\n" } }] },
        ],
        tags: [
          { name: "v1", at: "main" },
          { name: "v2", at: "main", message: "The second" },
        ],
      },
      "mallory/widget": { forkOf: "acme/widget", private: false, commits: [{ message: "Of the fork", files: { "evil.md": "the hidden word, forked\n" } }] },
      "acme/second": { files: { "note.md": "the hidden word, again\n" } },
      "other/private": { files: { "theirs.md": "the hidden word, theirs\n" } },
      "other/open": { private: false, files: { "open.md": "the hidden word, in the open\n" } },
    },
    tokens: {
      both: { repositories: ["acme/widget", "acme/second"], permissions: everything },
      reader: { repositories: ["acme/widget"], permissions: { contents: "read" }, login: "reader" },
      theirs: { repositories: ["other/private"], permissions: everything, login: "other" },
    },
    ...more,
  });
}
