import type { RepoScope } from "./repo-scope.ts";

/** Positions of the scopes by the repository that a call names. */
export function indexByRepository(scopes: readonly RepoScope[]): (raw: { readonly owner?: string; readonly repo?: string }) => readonly number[] {
  const positions = new Map<string, number[]>();
  for (const [position, { repos }] of scopes.entries()) {
    for (const key of repos.keys()) positions.set(key, [...(positions.get(key) ?? []), position]);
  }
  return ({ owner = "", repo = "" }) => positions.get(`${owner}/${repo}`.toLowerCase()) ?? [];
}
