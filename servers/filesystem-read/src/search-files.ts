import { pathKind, searchNames, type Truncation } from "@postern/paths";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { budgetWithin, lineBytes } from "./answer-budget.ts";
import { walkOrder } from "./byte-order.ts";
import { spare } from "./directory-tree.ts";
import { globArgument, globsArgument } from "./glob-argument.ts";
import { withheldNote, withNotes } from "./note.ts";
import { pathArgument } from "./path-argument.ts";
import { shownName } from "./shown-name.ts";

const mostMatches = 20_000;

export const searchFiles = tool({
  name: "search_files",
  title: "Search Files",
  description:
    "Finds files and directories below a directory by name, not by content (search_file_contents does that). The glob is matched against the path relative to the directory: *.ts finds only its own entries, **/*.ts those at any depth. " +
    "Returns absolute paths, one per line. Symbolic links are not followed. A bracketed last line says when there are more matches than were returned.",
  effect: "read",
  long: true,
  input: z.strictObject({
    path: pathArgument("The directory to search below"),
    pattern: globArgument("Glob of the paths to find, relative to the directory."),
    excludePatterns: globsArgument("Globs of paths to leave out with all below them, relative to the directory.", "path"),
    limit: z.int().min(1).max(mostMatches).default(mostMatches).describe("Matches to return at most."),
    respectGitignore: z.boolean().default(false).describe("Leaves out what .gitignore files name, and .git."),
  }),
  targets: { directory: one(pathKind, { argument: "path", access: "read", operation: "directory" }) },
  async run({ input, targets, context }) {
    const { limit } = input;
    const found = await searchNames(targets.directory, {
      ...input,
      signal: context.signal,
      deadline: context.deadline - spare,
      maxBytes: budgetWithin(context.resultLimit),
      bytesOf: (path) => lineBytes(shownName(path)),
      onProgress: (visited) => context.progress(visited, undefined, `${visited} entries`),
    });
    const lines = found.matches.length === 0 ? "No matches found" : walkOrder(found.matches).map(shownName).join("\n");
    const unreadable = found.unreadable === 0 ? undefined : `${found.unreadable} directories could not be read.`;
    const notes = [
      found.truncated && truncationNote(found.truncated, found.truncated === "bytes" ? found.matches.length : limit, "matches"),
      unreadable,
      withheldNote(found.withheld),
    ];
    return { content: [{ type: "text", text: withNotes(lines, notes) }], withheld: found.withheld };
  },
});

export function truncationNote(truncation: Truncation, limit: number, what: string): string {
  if (truncation === "limit" || truncation === "bytes") return `There are more than ${limit} ${what}. A narrower pattern or path finds the others.`;
  if (truncation === "deadline") return `Stopped at the deadline; there may be more ${what}.`;
  return `Parts of the tree were too large or too deep to search; there may be more ${what}.`;
}
