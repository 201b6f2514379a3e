import { type PathAuthority, pathKind } from "@postern/paths";
import { type CallContext, one, tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { digestArgument, digestOfFile } from "./digest.ts";
import { LineFile } from "./line-file.ts";
import { pathArgument } from "./path-argument.ts";
import { readHead, readTail } from "./read-ends.ts";
import { pageBytes, readPage } from "./read-page.ts";
import { answerOf, type Piece, requireText } from "./text-answer.ts";

const lineCount = z.int().min(1).max(100_000_000);
const file = { file: one(pathKind, { argument: "path", access: "read", operation: "file" }) };
const ends = {
  path: pathArgument("The file"),
  tail: lineCount.optional().describe("Only the last N lines of the file."),
  head: lineCount.optional().describe("Only the first N lines of the file."),
};
const both = "Cannot specify both head and tail parameters simultaneously";

export const readTextFile = tool({
  name: "read_text_file",
  title: "Read Text File",
  description:
    "Returns the contents of one file as text, whatever its extension. Files above 2 MiB come in pages: a bracketed last line says which lines are shown and which offset continues. " +
    "head and tail give the first or last lines, offset and limit any other part. The encoding is told where it is not UTF-8; binary files are refused. Secrets are masked as [redacted:kind].",
  effect: "read",
  input: z
    .strictObject({
      ...ends,
      offset: lineCount.optional().describe("First line to return, counted from 1."),
      limit: lineCount.optional().describe("Number of lines to return from offset on."),
      lineOffset: z
        .int()
        .min(0)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe("Bytes of the first line to skip, as told by a page that ended inside a line."),
      sha256: digestArgument,
    })
    .refine(({ head, tail }) => head === undefined || tail === undefined, { path: ["head"], error: both })
    .refine(({ head, tail, offset, limit, lineOffset }) => (head ?? tail) === undefined || (offset ?? limit ?? lineOffset) === undefined, {
      path: ["offset"],
      error: "Cannot combine head or tail with offset, limit or lineOffset",
    }),
  targets: file,
  run: ({ input, targets, context }) => read(targets.file, input, context),
});

export const readFile = tool({
  name: "read_file",
  title: "Read File (Deprecated)",
  description: "Returns the contents of one file as text. Deprecated: read_text_file does the same and can also return any part of a large file.",
  effect: "read",
  input: z.strictObject(ends).refine(({ head, tail }) => head === undefined || tail === undefined, { path: ["head"], error: both }),
  targets: file,
  run: ({ input, targets, context }) => read(targets.file, input, context),
});

interface Part {
  readonly head?: number | undefined;
  readonly tail?: number | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  readonly lineOffset?: number | undefined;
  readonly sha256?: boolean | undefined;
}

async function read(authority: PathAuthority, { head, tail, offset = 1, limit, lineOffset = 0, sha256 }: Part, { signal }: CallContext): Promise<ToolResult> {
  using open = authority.open();
  const lines = new LineFile(open, signal);
  requireText(lines, authority.requested);
  const shown = await piece();
  const digest = sha256 === true ? `sha256 ${await digestOfFile(open, signal)}` : undefined;
  // Awaited here: the file is closed when this function returns.
  return await answerOf(lines, { ...shown, notes: [...shown.notes, digest] });

  function piece(): Promise<Piece> {
    if (head !== undefined) return readHead(lines, head);
    if (tail !== undefined) return readTail(lines, tail);
    return readPage(lines, { offset, limit, lineOffset, most: pageBytes });
  }
}
