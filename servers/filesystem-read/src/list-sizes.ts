import { list, type ListedEntry, pathKind } from "@postern/paths";
import { Failure } from "@postern/policy";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { budgetWithin, linesWithin } from "./answer-budget.ts";
import { byteOrderInSlices } from "./byte-order.ts";
import { cursorArgument, entryLimit, mostSorted, unnamedNote, unsortedNote } from "./list-directory.ts";
import { withheldNote, withNotes } from "./note.ts";
import { pathArgument } from "./path-argument.ts";
import { shownName } from "./shown-name.ts";
import { sortInSlices } from "./sort-in-slices.ts";

export const listDirectoryWithSizes = tool({
  name: "list_directory_with_sizes",
  title: "List Directory with Sizes",
  description:
    "Lists the entries of one directory with the sizes of its files, sorted by name or by size, and the totals of the whole directory at the end. Symbolic links are listed as [FILE] of size 0 and not followed; - stands for a size that is not told. " +
    "Large directories come in parts: a bracketed last line names the cursor for the next one. Entries that policy keeps back are counted, not named.",
  effect: "read",
  input: z.strictObject({
    path: pathArgument("The directory"),
    sortBy: z.enum(["name", "size"]).default("name").describe("Order of the entries: by name, or by size with the largest first."),
    limit: entryLimit,
    cursor: cursorArgument,
  }),
  targets: { directory: one(pathKind, { argument: "path", access: "read", operation: "directory" }) },
  async run({ input, targets, context }) {
    const { sortBy, limit, cursor } = input;
    const from = startOf(cursor);
    const { entries, withheld, next } = await list(targets.directory, { signal: context.signal, sizes: true, limit: mostSorted });
    // Equal sizes keep the order of the names, as in the official server.
    const named = await byteOrderInSlices(entries, ({ name }) => name, context.signal);
    const sorted = await sortInSlices(named, { keyOf: (entry) => entry, compare: sortBy === "size" ? bySize : byName }, context.signal);
    const lines = linesWithin(sorted.slice(from, from + limit), budgetWithin(context.resultLimit), entryLine);
    const end = from + lines.length;
    const notes = [
      unnamedNote(entries),
      withheldNote(withheld),
      unsortedNote(next),
      end < sorted.length ? `Showing entries ${from + 1}-${end} of ${sorted.length}. Call list_directory_with_sizes with cursor="${end}" for more.` : undefined,
    ];
    return { content: [{ type: "text", text: withNotes([...lines, ...summary(entries)].join("\n"), notes) }], withheld };
  },
});

function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,9}$/.test(cursor)) throw new Failure("fs.conflict", "This cursor is not one of this tool: list the directory from the start.");
  return Number(cursor);
}

let collator: Intl.Collator | undefined;

/** The order of the official server: that of the locale. Made once, as making it costs more than sorting. */
function byName(left: ListedEntry, right: ListedEntry): number {
  collator ??= new Intl.Collator();
  return collator.compare(left.name, right.name);
}

function bySize(left: ListedEntry, right: ListedEntry): number {
  return sizeOf(right) - sizeOf(left);
}

/** A link's own size is the length of its target's name, which is nobody's business. */
function sizeOf({ type, size = 0 }: ListedEntry): number {
  return type === "symlink" ? 0 : size;
}

function entryLine(entry: ListedEntry): string {
  const name = shownName(entry.name).padEnd(30);
  if (entry.type === "directory") return `[DIR] ${name} `;
  // What the card denies, or what is gone already: no number would be true.
  const size = entry.type !== "symlink" && entry.size === undefined ? "-" : formatSize(sizeOf(entry));
  return `[FILE] ${name} ${size.padStart(10)}`;
}

function summary(entries: readonly ListedEntry[]): readonly string[] {
  const files = entries.filter((entry) => entry.type !== "directory");
  const total = files.reduce((sum, entry) => sum + sizeOf(entry), 0);
  return ["", `Total: ${files.length} files, ${entries.length - files.length} directories`, `Combined size: ${formatSize(total)}`];
}

const units = ["B", "KB", "MB", "GB", "TB"];

/** As the official server writes sizes: powers of 1024, two decimals from KB on. */
export function formatSize(bytes: number): string {
  if (bytes <= 0) return "0 B";
  const power = Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length - 1);
  return power <= 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`;
}
