import { composed, type ComposedTarget } from "@postern/runtime";
import type { ChangeKind, RawChange } from "@postern/repositories/write";
import { changeKind } from "./change-kind.ts";

/** The repository of a call, with the arguments that say what of it would change. */
export function changeTarget<const More extends Exclude<keyof RawChange, "owner" | "repo"> = never>(
  ...takes: readonly More[]
): ComposedTarget<ChangeKind, "owner" | "repo" | More> {
  return composed(changeKind, { argument: "repo", takes: ["owner", "repo", ...takes], access: "write", operation: "change" });
}
