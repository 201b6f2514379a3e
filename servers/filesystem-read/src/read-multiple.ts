import { type PathAuthority, pathKind } from "@postern/paths";
import { Failure } from "@postern/policy";
import { type CallContext, many, type Quoted, quoting, tool } from "@postern/runtime";
import { z } from "zod";
import { LineFile } from "./line-file.ts";
import { pageBytes, readPage } from "./read-page.ts";
import { notesBehind, quoted, requireText } from "./text-answer.ts";

/** Every member is held open until the call ends. */
const mostFiles = 256;

export const readMultipleFiles = tool({
  name: "read_multiple_files",
  title: "Read Multiple Files",
  description:
    "Returns several files as text in one answer, each under its path and separated by a line of dashes. A file that cannot be read or is refused by policy is reported in its place and does not fail the others. " +
    "All files together share 2 MiB: a file that does not fit is cut at a line, with the offset at which read_text_file continues. Secrets are masked as [redacted:kind].",
  effect: "read",
  input: z.strictObject({
    paths: z
      .array(z.string().max(4096).describe("A file: absolute, or relative to an allowed directory."))
      .min(1, "At least one file path must be provided")
      .max(mostFiles)
      .describe("The files to read, in the order of the answer."),
  }),
  targets: { files: many(pathKind, { argument: "paths", access: "read", operation: "file" }) },
  async run({ targets, context }) {
    const parts: (string | Quoted)[] = [];
    let left = pageBytes;
    for (const [index, member] of targets.files.entries()) {
      if (index > 0) parts.push("\n---\n");
      if ("denial" in member) {
        parts.push(`${member.shown}: Error - ${member.denial.message} [${member.denial.code}]`);
        continue;
      }
      const read = await readOne(member.authority, left, context);
      left -= read.bytes;
      if ("content" in read) parts.push(`${member.shown}:\n`, ...read.content, "\n");
      else parts.push(`${member.shown}: Error - ${read.problem}`);
    }
    return { content: [quoting(parts)] };
  },
});

type Read = { readonly content: readonly (string | Quoted)[]; readonly bytes: number } | { readonly problem: string; readonly bytes: 0 };

async function readOne(authority: PathAuthority, most: number, { signal }: CallContext): Promise<Read> {
  try {
    using open = authority.open();
    const file = new LineFile(open, signal);
    requireText(file, authority.requested);
    if (most === 0 && file.size > 0) return { problem: "not read: the files before it fill this answer. Call read_text_file for it.", bytes: 0 };
    const page = await readPage(file, { offset: 1, limit: undefined, lineOffset: 0, most });
    const content = await quoted(file, page);
    return { content: [content, notesBehind([content], page.notes)], bytes: page.end };
  } catch (error) {
    if (error instanceof Failure && !signal.aborted) return { problem: `${error.message} [${error.code}]`, bytes: 0 };
    throw error;
  }
}
