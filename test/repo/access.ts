import type { Call, RepoCall } from "./call.ts";
import type { GithubState, Token } from "./github-state.ts";
import type { Repository } from "./github-repository.ts";
import type { Level, Permissions } from "./seeds.ts";

const ranks: Readonly<Record<Level, number>> = { read: 1, write: 2, admin: 3 };
/** What anybody may read of a public repository. */
const openToAll = new Set(["metadata", "contents", "issues", "pull_requests", "checks", "statuses", "actions"]);

/** What a request says that it is: a token, or nothing. Undefined: no token that is known, or one that is over. */
export function tokenOf(state: GithubState, authorization: string | undefined): { readonly token?: Token } | undefined {
  if (authorization === undefined) return {};
  const text = /^(?:token|bearer) (\S+)$/i.exec(authorization)?.[1] ?? "";
  const token = state.tokens.get(text);
  return token === undefined || (token.expires !== undefined && token.expires <= Date.now()) ? undefined : { token };
}

export function reaches(token: Token | undefined, { id }: Repository): boolean {
  return token !== undefined && (token.ids === "all" || token.ids.has(id));
}

export function sees(token: Token | undefined, repository: Repository): boolean {
  return !repository.private || reaches(token, repository);
}

/** Where a search may look: what the token sees, and has the permission for. */
export function visibleTo({ state, token, needs }: Call): readonly Repository[] {
  return [...state.repositories.values()].filter((repository) => sees(token, repository) && permits(needs, token, repository));
}

/** Whether what the operation needs is there: `a=read,b=write; c=read` is (a and b) or c. */
export function permits(needs: string, token: Token | undefined, repository: Repository): boolean {
  return needs.split("; ").some((all) =>
    all.split(",").every((one) => {
      const [name = "", level = "read"] = one.split("=");
      const wanted = ranks[level as Level];
      if (wanted === ranks.read && !repository.private && openToAll.has(name)) return true;
      return reaches(token, repository) && (name === "metadata" || atLeast(token?.permissions ?? {}, name, level as Level));
    }),
  );
}

export function atLeast(permissions: Permissions, name: string, level: Level): boolean {
  const held = permissions[name];
  return held !== undefined && ranks[held] >= ranks[level];
}

export function mayWrite({ token, repository }: RepoCall): boolean {
  return reaches(token, repository) && atLeast(token?.permissions ?? {}, "contents", "write");
}
