import type { Shape } from "./call.ts";
import type { GithubState } from "./github-state.ts";

export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString("base64url")}`;
}

export function accountShape(state: GithubState, login: string): Shape {
  const { id, type, login: name } = state.account(login);
  const { api, html } = state.urls;
  const url = `${api}/users/${encodeURIComponent(name)}`;
  return {
    login: name,
    id,
    node_id: nodeId("U", id),
    avatar_url: `${html}/avatars/u/${id}`,
    gravatar_id: "",
    url,
    html_url: `${html}/${name}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}
