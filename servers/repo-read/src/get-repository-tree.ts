import { tool } from "@postern/runtime";
import { z } from "zod";
import { asDocumented } from "./as-documented.ts";
import { inRepository } from "./parameters.ts";
import { repoTarget } from "./repo-target.ts";
import { rowsAnswer } from "./rows-answer.ts";
import { stateParameter } from "./state-parameter.ts";

const entry = z.object({ path: z.string(), mode: z.string(), type: z.string(), size: z.int().optional(), sha: z.string() });
const tree = z.object({ sha: z.string(), truncated: z.boolean().optional(), tree: z.array(entry) });
/** Entries of one answer. */
const most = 2000;

export const getRepositoryTree = tool({
  name: "get_repository_tree",
  title: "Get repository tree",
  description: "Get files and directories of a repository at a branch or tag.",
  effect: "read",
  needs: ["metadata:read", "contents:read"],
  input: z.strictObject({
    ...inRepository,
    tree_sha: z.string().max(255).optional().describe("Branch or tag; a commit only where the policy gives commits. Default: the default branch."),
    recursive: z.boolean().optional().describe("Everything below as well. Default: false."),
    path_filter: z.string().max(4096).optional().describe("Only paths that begin with this."),
  }),
  targets: { repo: repoTarget("tree", "tree_sha") },
  async run({ input, targets: { repo }, context: { signal } }) {
    const state = (await stateParameter(repo, signal)) ?? "HEAD";
    const { recursive = false, path_filter: filter = "" } = input;
    const parameters = { tree_sha: state, ...(recursive && { recursive: "1" }) };
    const { data } = await repo.ask("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", { parameters, signal, mostBytes: 16 * 1024 * 1024 });
    const { tree: all, truncated } = asDocumented(tree, data);
    const asked = all.filter(({ path }) => path.startsWith(filter.replace(/^\//, "")));
    const given = asked.filter(({ path, type }) => (type === "tree" ? repo.gives(path) : repo.givesFile(path)));
    const rows = given.slice(0, most).map(({ path, mode, type, size, sha }) => ({ path, type: typeOf(mode, type), size, sha }));
    const cut = given.length > most || truncated === true;
    return rowsAnswer({ entries: rows, ...(cut && { truncated: true }) }, { from: repo.name, withheld: asked.length - given.length });
  },
});

function typeOf(mode: string, type: string): string {
  if (mode === "120000") return "symlink";
  if (mode === "160000") return "submodule";
  return type === "tree" ? "dir" : "file";
}
