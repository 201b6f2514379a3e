import { list, type ListedEntry, pathKind } from "@postern/paths";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { budgetWithin, linesWithin } from "./answer-budget.ts";
import { byteOrderInSlices } from "./byte-order.ts";
import { withheldNote, withNotes } from "./note.ts";
import { pathArgument } from "./path-argument.ts";
import { shownName } from "./shown-name.ts";

/** Sorting needs the whole directory: as much of it is looked at. */
export const mostSorted = 200_000;
/** Entries in one answer where the caller names no number, and at most. */
export const mostEntries = 20_000;
export const cursorArgument = z.string().min(1).max(1024).optional().describe("Where to continue: the cursor that the answer before this one named.");
export const entryLimit = z.int().min(1).max(mostEntries).default(mostEntries).describe("Entries to return in one answer.");

export const listDirectory = tool({
  name: "list_directory",
  title: "List Directory",
  description:
    "Lists the entries of one directory, one per line as [FILE] name or [DIR] name, in the order of their names. Symbolic links are listed as [FILE] and not followed. " +
    "Large directories come in parts: a bracketed last line names the cursor for the next one. Entries that policy keeps back are counted, not named.",
  effect: "read",
  input: z.strictObject({ path: pathArgument("The directory"), limit: entryLimit, cursor: cursorArgument }),
  targets: { directory: one(pathKind, { argument: "path", access: "read", operation: "directory" }) },
  async run({ input, targets, context }) {
    const { limit, cursor } = input;
    const { entries, withheld, next, ordered } = await list(targets.directory, { signal: context.signal, limit: mostSorted });
    const sorted = ordered ? entries : await byteOrderInSlices(entries, ({ name }) => name, context.signal);
    const rest = cursor === undefined ? sorted : behind(sorted, Buffer.from(cursor));
    const lines = linesWithin(rest.length > limit ? rest.slice(0, limit) : rest, budgetWithin(context.resultLimit), entryLine);
    const last = JSON.stringify(rest[lines.length - 1]?.name);
    const more =
      rest.length > lines.length ? `Showing ${lines.length} of ${sorted.length} entries. Call list_directory with cursor=${last} for more.` : undefined;
    const notes = [unnamedNote(entries), unsortedNote(next), withheldNote(withheld), more];
    return { content: [{ type: "text", text: withNotes(lines.join("\n"), notes) }], withheld };
  },
});

function behind(entries: readonly ListedEntry[], cursor: Buffer): readonly ListedEntry[] {
  return entries.filter(({ name }) => Buffer.compare(Buffer.from(name), cursor) > 0);
}

function entryLine({ type, name }: ListedEntry): string {
  return `${type === "directory" ? "[DIR]" : "[FILE]"} ${shownName(name)}`;
}

export function unsortedNote(next: string | undefined): string | undefined {
  return next === undefined ? undefined : `The directory has more than ${mostSorted} entries; the others are not listed.`;
}

export function unnamedNote(entries: readonly ListedEntry[]): string | undefined {
  const count = entries.filter((entry) => entry.lossy === true).length;
  return count === 0 ? undefined : `Names that are not valid UTF-8: ${count}. They are shown with U+FFFD and cannot be opened.`;
}
