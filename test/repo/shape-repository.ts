import type { Shape } from "./call.ts";
import type { GithubState } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import { accountShape, nodeId } from "./shape-account.ts";

export function apiOf(state: GithubState, { fullName }: Repository): string {
  return `${state.urls.api}/repos/${fullName}`;
}

/** As other answers carry it. */
export function minimalRepository(state: GithubState, repository: Repository): Shape {
  const url = apiOf(state, repository);
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
    owner: accountShape(state, repository.owner),
    html_url: `${state.urls.html}/${repository.fullName}`,
    description: repository.description,
    fork: repository.parent !== undefined,
    url,
    contents_url: `${url}/contents/{+path}`,
    commits_url: `${url}/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
  };
}

export function repositoryShape(state: GithubState, repository: Repository, rights: { readonly push: boolean }): Shape {
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  const html = `${state.urls.html}/${repository.fullName}`;
  return {
    ...minimalRepository(state, repository),
    git_url: `git:${html.slice("http:".length)}.git`,
    ssh_url: `git@${new URL(html).hostname}:${repository.fullName}.git`,
    clone_url: `${html}.git`,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? "private" : "public",
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
    permissions: { admin: false, maintain: false, push: rights.push, triage: rights.push, pull: true },
    temp_clone_token: repository.private ? state.secret(`CLONETOKEN${repository.id}CANARY`) : "",
    created_at: repository.created,
    updated_at: repository.created,
    pushed_at: repository.created,
    network_count: repository.network.length - 1,
    subscribers_count: 0,
    ...(repository.parent !== undefined && {
      parent: minimalRepository(state, repository.parent),
      source: minimalRepository(state, repository.parent),
    }),
  };
}
