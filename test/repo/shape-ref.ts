import type { RepoCall, Shape } from "./call.ts";
import type { Ref } from "./git-repository.ts";
import { nodeId } from "./shape-account.ts";
import { apiOf } from "./shape-repository.ts";

export function refShape({ state, repository }: RepoCall, { name, sha, type }: Pick<Ref, "name" | "sha" | "type">): Shape {
  const api = apiOf(state, repository);
  return {
    ref: name,
    node_id: nodeId("REF", Number.parseInt(sha.slice(0, 8), 16)),
    url: `${api}/git/${name}`,
    object: { sha, type, url: `${api}/git/${type}s/${sha}` },
  };
}
