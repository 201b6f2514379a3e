import { checkTextPattern, type ContentHit, type ContentMatches, pathKind, searchContents } from "@postern/paths";
import { one, type Quoted, tool } from "@postern/runtime";
import { z } from "zod";
import { budgetWithin, lineBytes } from "./answer-budget.ts";
import { walkOrder } from "./byte-order.ts";
import { spare } from "./directory-tree.ts";
import { globsArgument } from "./glob-argument.ts";
import { withheldNote } from "./note.ts";
import { pathArgument } from "./path-argument.ts";
import { pageBytes } from "./read-page.ts";
import { truncationNote } from "./search-files.ts";
import { shownName } from "./shown-name.ts";
import { notedBlock } from "./text-answer.ts";

const mostHits = 2_000;

export const searchFileContents = tool({
  name: "search_file_contents",
  title: "Search File Contents",
  description:
    "Finds lines of text in the files below a directory. The pattern is plain text unless literal is false; then it is a regular expression in RE2 syntax, matched line by line. " +
    "Each file is given by its absolute path, followed by its lines as number:line for a match and number-line for context. Binary files and files above 16 MiB are skipped and counted, symbolic links are not followed, secrets are masked.",
  effect: "read",
  long: true,
  input: z
    .strictObject({
      path: pathArgument("The directory to search below"),
      pattern: z.string().min(1).max(1_000).describe("What to find within a line."),
      literal: z
        .boolean()
        .default(true)
        .describe("True: the pattern is plain text. False: it is a regular expression without look-around and back-references."),
      ignoreCase: z.boolean().default(false).describe("Upper and lower case are the same."),
      include: globsArgument("Globs of the files to read; none means all. A glob without a slash matches the name at any depth.", "anywhere"),
      excludePatterns: globsArgument("Globs of files and directories to leave out. A glob without a slash matches the name at any depth.", "anywhere"),
      contextLines: z.int().min(0).max(20).default(0).describe("Lines to show before and after each match."),
      limit: z.int().min(1).max(mostHits).default(100).describe("Matching lines to return at most."),
      respectGitignore: z.boolean().default(true).describe("Leaves out what .gitignore files name, and .git."),
    })
    .superRefine((query, context) => {
      const reason = checkTextPattern(query);
      if (reason !== undefined) context.addIssue({ code: "custom", path: ["pattern"], message: reason });
    }),
  targets: { directory: one(pathKind, { argument: "path", access: "read", operation: "directory" }) },
  async run({ input, targets, context }) {
    const found = await searchContents(targets.directory, {
      ...input,
      signal: context.signal,
      deadline: context.deadline - spare,
      onProgress: (files) => context.progress(files, undefined, `${files} files`),
    });
    const shown = fitting(found.hits, Math.min(pageBytes, budgetWithin(context.resultLimit)));
    const lines = shown.length === 0 ? ["No matches found"] : grouped(shown);
    const left = found.hits.length - shown.length;
    const notes = [
      left > 0 ? `${left} more matching lines do not fit. Fewer contextLines or a narrower path show them.` : undefined,
      found.truncated && truncationNote(found.truncated, input.limit, "matching lines"),
      skippedNote(found),
      withheldNote(found.withheld),
    ];
    // Lines out of their files: one from the middle of a private key has nothing around it that says so.
    return { content: [notedBlock(lines, notes, /^\d+[:-]/)], withheld: found.withheld };
  },
});

/** Bytes of JSON that `12345:` in front of a line and `[part of a line of … characters]` behind it take at most. */
const lineExtras = 64;

/** The first hits that together fit into an answer, counted as they will be written. */
function fitting(hits: readonly ContentHit[], budget: number): readonly ContentHit[] {
  let bytes = 0;
  let under: string | undefined;
  const beyond = hits.findIndex(({ path, text, before, after }) => {
    if (path !== under) bytes += lineBytes(shownName(path)) + lineExtras;
    under = path;
    for (const line of [text, ...before, ...after]) bytes += lineBytes(line) + lineExtras;
    return bytes > budget;
  });
  return beyond === -1 ? hits : hits.slice(0, Math.max(beyond, 1));
}

type Parts = readonly (string | Quoted)[];

function grouped(hits: readonly ContentHit[]): Parts {
  const files = new Map<string, ContentHit[]>();
  for (const hit of hits) {
    const known = files.get(hit.path);
    if (known === undefined) files.set(hit.path, [hit]);
    else known.push(hit);
  }
  const parts: (string | Quoted)[] = [];
  for (const path of walkOrder([...files.keys()])) {
    parts.push(`${parts.length > 0 ? "\n" : ""}${shownName(path)}\n`);
    for (const part of linesOf(files.get(path) ?? [])) parts.push(part);
  }
  return parts;
}

/** The lines of one file, each once: the context of neighboring matches overlaps. */
function linesOf(hits: readonly ContentHit[]): Parts {
  const lines = new Map<number, Parts>();
  const put = (hit: ContentHit, line: number, text: string): void => void (lines.has(line) || lines.set(line, lineParts(hit, line, `${line}-`, text, "")));
  for (const hit of hits) {
    const note = hit.cutFrom === undefined ? "" : ` [part of a line of ${hit.cutFrom} characters]`;
    lines.set(hit.line, lineParts(hit, hit.line, `${hit.line}:`, hit.text, note));
  }
  for (const hit of hits) {
    for (const [index, text] of hit.before.entries()) put(hit, hit.line - hit.before.length + index, text);
    for (const [index, text] of hit.after.entries()) put(hit, hit.line + 1 + index, text);
  }
  const context = hits.some(({ before, after }) => before.length + after.length > 0);
  const sorted = [...lines].toSorted(([left], [right]) => left - right);
  return sorted.flatMap(([line, parts], index) => [context && index > 0 && sorted[index - 1]?.[0] !== line - 1 ? "--\n" : "", parts]).flat();
}

/** A line as it is shown. Of a long one the redactor sees more than the answer: a secret may reach over the edge. */
function lineParts({ cuts }: ContentHit, line: number, mark: string, text: string, note: string): Parts {
  const cut = cuts?.find((each) => each.line === line);
  if (cut === undefined) return [`${mark}${text}${note}\n`];
  const { start, end, before, after } = cut;
  return [`${mark}${text.slice(0, start)}`, { text: text.slice(start, end), before, after, partOfLine: true }, `${text.slice(end)}${note}\n`];
}

function skippedNote({ filesSkipped: { binary, tooLarge, unreadable } }: ContentMatches): string | undefined {
  const parts = [
    binary > 0 ? `${binary} binary` : undefined,
    tooLarge > 0 ? `${tooLarge} too large` : undefined,
    unreadable > 0 ? `${unreadable} unreadable` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `Files skipped: ${parts.join(", ")}.`;
}
