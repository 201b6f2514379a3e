import { composed, type ComposedTarget } from "@postern/runtime";
import type { RawRepo, RepoKind } from "@postern/repositories";
import { repoKind } from "./repo-kind.ts";

/** The repository of a call, with the arguments that say what of it is meant. */
export function repoTarget<const More extends Exclude<keyof RawRepo, "owner" | "repo"> = never>(
  operation: string,
  ...takes: readonly More[]
): ComposedTarget<RepoKind, "owner" | "repo" | More> {
  return composed(repoKind, { argument: "repo", takes: ["owner", "repo", ...takes], access: "read", operation });
}
