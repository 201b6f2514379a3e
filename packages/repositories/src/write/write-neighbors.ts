import type { DenialCode, Neighbor } from "@postern/policy";
import type { WriteScope } from "./write-scope.ts";
import { type RawChange, readChange } from "./write-target.ts";

/** The changes just outside of a card that everybody tries first. Only those that the card does not give. */
export function changeNeighbors(scope: WriteScope): readonly Neighbor<RawChange>[] {
  const [first] = scope.repos.values();
  if (first === undefined) return [];
  const { owner, repo } = first;
  const branch = scope.branches?.[0]?.text.replaceAll(/\*+|\?/g, "x");
  const rows: readonly (readonly [string, RawChange, DenialCode])[] = [
    ["repository with the name at its start", { owner, repo: `${repo}2`, branch: "x" }, "repo.not_allowed"],
    ["same name under another owner", { owner: `neighbor-of-${owner}`.slice(0, 39), repo }, "repo.not_allowed"],
    ["default branch", { owner, repo, branch: "main" }, "repo.ref"],
    ["branch of a fork", { owner, repo, head: "neighbor:main" }, "repo.ref"],
    ["base beside those of the card", { owner, repo, base: "neighbor-of-all-bases" }, "repo.base"],
    ["path that leaves the repository", { owner, repo, branch: branch ?? "x", path: "../neighbor" }, branch === undefined ? "repo.ref" : "repo.path"],
    ["workflow", { owner, repo, branch: branch ?? "x", path: ".github/workflows/neighbor.yml" }, branch === undefined ? "repo.ref" : "repo.path"],
    ["label beside those of the card", { owner, repo, labels: ["neighbor-of-all-labels"] }, "repo.input"],
    ["workflow that the card does not name", { owner, repo, workflow_id: "neighbor.yml" }, "repo.input"],
  ];
  return rows.flatMap(([name, raw, code]) => ("code" in readChange(raw, scope) ? [{ name, raw, operation: "change", codes: [code] }] : []));
}
