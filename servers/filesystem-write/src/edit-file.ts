import { inspect, rewrite, writablePathKind, type CurrentFile, type WriteAuthority } from "@postern/paths/write";
import { Failure } from "@postern/policy";
import { type CallContext, one, tool, type ToolResult } from "@postern/runtime";
import { z } from "zod";
import { bytes, fails, unreachable } from "./answers.ts";
import { type Edit, largestEdited } from "./apply-edits.ts";
import { ifMatchArgument, pathArgument, textArgument } from "./arguments.ts";
import { editContent, type Edited } from "./edit-content.ts";
import { howToWrite, writeClass } from "./options.ts";
import { type Diff, unifiedDiff } from "./unified-diff.ts";

/** A file that holds one is not edited as text, so neither edit could be taken back. */
const noNul = [(text: string) => !text.includes("\0"), "text without NUL characters"] as const;

const editArgument = z.strictObject({
  oldText: textArgument("The text to replace, as it stands in the file; white space around its lines may differ.")
    .min(1, "the text to replace cannot be empty")
    .refine(...noNul),
  newText: textArgument("What is to stand there.").refine(...noNul),
  replaceAll: z.boolean().optional().describe("Replace it wherever it stands, and not only where it stands once."),
  expectedReplacements: z.int().min(1).max(1_000_000).optional().describe("Replace it if it stands exactly so many times."),
});

export const editFile = tool({
  name: "edit_file",
  title: "Edit File",
  description:
    "Replaces pieces of a text file, one edit after the other, and returns a diff. Each oldText must stand in the file once, unless replaceAll or expectedReplacements says otherwise. All edits or none; line ends, encoding and indentation stay. dryRun changes nothing. Secrets in the diff are masked.",
  effect: "write",
  classify: ({ input, options }) => (input.dryRun ? { effect: "read" } : writeClass({ options })),
  input: z.strictObject({
    path: pathArgument("The file"),
    edits: z.array(editArgument).min(1).max(200).describe("The edits, in order; each one sees what the ones before it left."),
    dryRun: z.boolean().default(false).describe("Return the diff and change nothing."),
    ifMatch: ifMatchArgument,
  }),
  targets: { file: one(writablePathKind, { argument: "path", access: "write", operation: "file" }) },
  foresee({ input, targets: { file } }) {
    const cannot = unreachable(file);
    if (cannot !== undefined) return cannot;
    if (file.exists === "missing") return fails("fs.not_found", "fail: there is no such file");
    if (file.exists !== "file") return fails("fs.is_directory", "fail: this is a directory");
    if (input.dryRun) return { would: "change nothing, and show what would change" };
    return {
      would: `make ${input.edits.length} ${input.edits.length === 1 ? "edit" : "edits"} in the file's ${bytes(file.bytes)}; whether they match is told by dryRun`,
    };
  },
  preview: { shows: ["edits"], run: dryRun },
  async run({ input, targets, context }) {
    if (input.dryRun) return await dryRun({ input, targets, context });
    let diff: Diff | undefined;
    // The diff is made before the change: nothing that can fail comes after it.
    const edit = async (current: CurrentFile | undefined): Promise<Edited> => {
      const edited = await editCurrent(current, input.edits, context.signal);
      diff = diffOf(edited, targets.file, context);
      return edited;
    };
    const changes = await rewrite(
      targets.file,
      async (current) => {
        const { before, after } = await edit(current);
        return before === after ? undefined : { change: "edited", content: after, before };
      },
      { ...howToWrite(context), ifMatch: input.ifMatch },
    );
    return { ...shown(diff, input.ifMatch === undefined ? undefined : changes[0]?.after?.sha256), changes };
  },
});

interface Edits {
  readonly input: { readonly edits: readonly Edit[]; readonly ifMatch?: string | undefined };
  readonly targets: { readonly file: WriteAuthority };
  readonly context: CallContext;
}

async function dryRun({ input, targets: { file }, context }: Edits): Promise<ToolResult> {
  const { signal } = context;
  let diff: Diff | undefined;
  await inspect(file, async (current) => void (diff = diffOf(await editCurrent(current, input.edits, signal), file, context)), {
    signal,
    ifMatch: input.ifMatch,
  });
  return shown(diff);
}

function diffOf(edited: Edited, { canonical }: WriteAuthority, { resultLimit }: CallContext): Diff {
  return unifiedDiff(edited, { path: canonical, room: resultLimit / 2 });
}

async function editCurrent(current: CurrentFile | undefined, edits: readonly Edit[], signal: AbortSignal): Promise<Edited> {
  if (current === undefined) throw new Failure("fs.not_found", "No such file or directory; nothing was changed. write_file makes files.");
  if (current.size > largestEdited)
    throw new Failure("fs.too_large", "The file is larger than 16 MiB, which is the most that is edited as text; nothing was changed.");
  return await editContent(await current.content(signal), edits, signal);
}

function shown(diff: Diff | undefined, sha256?: string | null): ToolResult {
  if (diff === undefined) throw new Error("an edit that was never made");
  return { content: typeof sha256 === "string" ? [diff, { type: "text", text: `[sha256 ${sha256}]` }] : [diff] };
}
