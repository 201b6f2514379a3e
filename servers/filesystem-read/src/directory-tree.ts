import { compilePatterns, pathKind, walk, type WalkedEntry } from "@postern/paths";
import { one, tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { budgetWithin, jsonBytes } from "./answer-budget.ts";
import { byteOrder } from "./byte-order.ts";
import { globsArgument } from "./glob-argument.ts";
import { withheldNote, withNotes } from "./note.ts";
import { pathArgument } from "./path-argument.ts";

const mostNodes = 50_000;
/** Left of the deadline to write what was found, in milliseconds. */
export const spare = 2_000;

interface Node {
  readonly name: string;
  readonly type: "file" | "directory";
  children?: Node[];
  /** There is more in it than `children` shows, and why not. */
  truncated?: string;
}

export const directoryTree = tool({
  name: "directory_tree",
  title: "Directory Tree",
  description:
    "Returns the tree below a directory as JSON: name, type (file or directory) and, for directories, children. Symbolic links are shown as files and not followed. " +
    'A directory whose entries are not all shown carries "truncated" with the reason: depth, limit, unreadable or mount. maxDepth=1 gives the entries of the directory alone.',
  effect: "read",
  long: true,
  input: z.strictObject({
    path: pathArgument("The directory"),
    excludePatterns: globsArgument('Globs of entries to leave out with all below them. A name without "*" matches at any depth.', "tree"),
    maxDepth: z.int().min(1).max(128).optional().describe("Levels to go down."),
    limit: z.int().min(1).max(mostNodes).default(mostNodes).describe("Entries to return at most."),
  }),
  targets: { directory: one(pathKind, { argument: "path", access: "read", operation: "directory" }) },
  async run({ input, targets, context }) {
    const { excludePatterns, maxDepth, limit } = input;
    const excluded = compilePatterns(excludePatterns, "tree");
    const entries = walk(targets.directory, {
      signal: context.signal,
      deadline: context.deadline - spare,
      ...(maxDepth !== undefined && { maxDepth }),
      ...(excludePatterns.length > 0 && { prune: (relative, _name, type) => excluded.matches(relative, type === "directory") }),
      onProgress: (visited) => context.progress(visited, undefined, `${visited} entries`),
    });
    const tree = new TreeBuilder(limit, budgetWithin(context.resultLimit));
    for await (const batch of entries.batches()) if (!batch.every((entry) => tree.add(entry))) break;
    return answer(tree, entries.withheld, entries.truncated === "deadline");
  },
});

function answer(tree: TreeBuilder, withheld: number, late: boolean): ToolResult {
  const short = tree.full ? `Showing the first ${tree.count} entries. Use maxDepth or excludePatterns, or ask for a subdirectory.` : undefined;
  const notes = withNotes("", [late ? "Stopped at the deadline; the tree is incomplete." : undefined, short, withheldNote(withheld)]);
  // Notes stand in a part of their own: the first one is JSON and nothing else.
  const content = [tree.json(), ...(notes === "" ? [] : [notes])].map((text) => ({ type: "text" as const, text }));
  return { content, withheld };
}

/** Depth is bounded by the walk: no deeper than a path has parts. */
function inOrder(nodes: readonly Node[]): Node[] {
  for (const node of nodes) if (node.children !== undefined) node.children = inOrder(node.children);
  return [...byteOrder(nodes, ({ name }) => name)];
}

/**
 * Bytes of JSON that a node takes at most in an answer, where the tree is a string of JSON itself: names are escaped
 * twice, quotes once more, and each of its lines is indented by four blanks a level.
 */
function nodeBytes(name: string, directory: boolean, depth: number): number {
  const indent = 4 * depth + 2;
  return jsonBytes(JSON.stringify(name)) + (directory ? 112 + 7 * indent : 40 + 4 * indent);
}

/** Puts entries that come each directory before its entries together to one tree. */
class TreeBuilder {
  count = 0;
  full = false;
  readonly #limit: number;
  readonly #top: Node[] = [];
  /** The directories that lead to the last entry; at `depth - 1` the parent of an entry of that depth. */
  readonly #open: Node[] = [];
  #bytes: number;

  constructor(limit: number, bytes: number) {
    this.#limit = limit;
    this.#bytes = bytes;
  }

  /** False: there is no room for it. */
  add({ name, type, depth, closed }: WalkedEntry): boolean {
    this.#open.length = depth - 1;
    this.#bytes -= nodeBytes(name, type === "directory", depth);
    if (this.count >= this.#limit || this.#bytes < 0) {
      this.full = true;
      for (const directory of this.#open) directory.truncated = "limit";
      return false;
    }
    this.count += 1;
    const node: Node = type === "directory" ? { name, type, children: [] } : { name, type: "file" };
    if (closed !== undefined && closed !== "covered") node.truncated = closed;
    (this.#open.at(-1)?.children ?? this.#top).push(node);
    if (type === "directory") this.#open.push(node);
    return true;
  }

  json(): string {
    return JSON.stringify(inOrder(this.#top), null, 2);
  }
}
