import { missing, ok, paged, repoRoute, type RepoCall, type Route, type Shape } from "./call.ts";
import { commitAt } from "./git-history.ts";
import { mayWrite } from "./access.ts";
import type { Release } from "./github-records.ts";
import { accountShape, nodeId } from "./shape-account.ts";
import { commitShape } from "./shape-commit.ts";
import { apiOf, repositoryShape } from "./shape-repository.ts";

/** The repository itself, its branches, tags and releases. */
export const branchRoutes: readonly Route[] = [
  repoRoute("GET ", "metadata=read", (call) => ok(repositoryShape(call.state, call.repository, { push: mayWrite(call) }))),
  repoRoute("GET /branches", "contents=read", async (call) => {
    const refs = await call.repository.git.refs("refs/heads/");
    const wanted = call.query["protected"];
    const shapes = refs.map(({ name, sha }) => brief(call, name.slice("refs/heads/".length), sha));
    return paged(
      call,
      shapes.filter((shape) => wanted === undefined || String(shape["protected"]) === wanted),
    );
  }),
  repoRoute("GET /branches/{branch}", "contents=read", async (call) => {
    const { state, repository, parameters } = call;
    const name = parameters["branch"] ?? "";
    const ref = await repository.git.ref(`refs/heads/${name}`);
    if (ref === undefined) throw missing();
    const self = `${apiOf(state, repository)}/branches/${name}`;
    return ok({
      ...brief(call, name, ref.sha),
      commit: commitShape(state, repository, await commitAt(repository.git, ref.sha)),
      _links: { self, html: `${state.urls.html}/${repository.fullName}/tree/${name}` },
      protection: { enabled: repository.protectedBranches.includes(name), required_status_checks: { enforcement_level: "off", contexts: [], checks: [] } },
      protection_url: `${self}/protection`,
    });
  }),
  repoRoute("GET /tags", "contents=read", async (call) => {
    const { state, repository } = call;
    const api = apiOf(state, repository);
    const refs = (await repository.git.refs("refs/tags/")).toReversed();
    return paged(
      call,
      refs.map(({ name, commit }) => {
        const tag = name.slice("refs/tags/".length);
        return {
          name: tag,
          commit: { sha: commit, url: `${api}/commits/${commit}` },
          zipball_url: `${api}/zipball/refs/tags/${tag}`,
          tarball_url: `${api}/tarball/refs/tags/${tag}`,
          node_id: nodeId("REF", Number.parseInt(commit.slice(0, 8), 16)),
        };
      }),
    );
  }),
  repoRoute("GET /releases", "contents=read", (call) =>
    paged(
      call,
      call.repository.releases.filter((each) => !each.draft || mayWrite(call)).map((each) => releaseShape(call, each)),
    ),
  ),
  repoRoute("GET /releases/latest", "contents=read", (call) => {
    const latest = call.repository.releases.find((each) => !each.draft && !each.prerelease);
    if (latest === undefined) throw missing();
    return ok(releaseShape(call, latest));
  }),
  repoRoute("GET /releases/tags/{tag}", "contents=read", (call) => {
    const found = call.repository.releases.find((each) => each.tag === call.parameters["tag"] && !each.draft);
    if (found === undefined) throw missing();
    return ok(releaseShape(call, found));
  }),
];

function brief({ state, repository }: RepoCall, name: string, sha: string): Shape {
  return {
    name,
    commit: { sha, url: `${apiOf(state, repository)}/commits/${sha}` },
    protected: repository.protectedBranches.includes(name),
  };
}

function releaseShape({ state, repository }: RepoCall, { id, tag, name, body, draft, prerelease, created }: Release): Shape {
  const api = apiOf(state, repository);
  const url = `${api}/releases/${id}`;
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    html_url: `${state.urls.html}/${repository.fullName}/releases/tag/${tag}`,
    id,
    author: accountShape(state, repository.owner),
    node_id: nodeId("RE", id),
    tag_name: tag,
    target_commitish: repository.defaultBranch,
    name,
    draft,
    prerelease,
    created_at: created,
    published_at: draft ? null : created,
    assets: [],
    tarball_url: `${api}/tarball/${tag}`,
    zipball_url: `${api}/zipball/${tag}`,
    body,
  };
}
