import { pathKind } from "@postern/paths";
import { copyFile, writablePathKind } from "@postern/paths/write";
import { one, tool } from "@postern/runtime";
import { z } from "zod";
import { bytes, done, fails, unreachable } from "./answers.ts";
import { pathArgument } from "./arguments.ts";
import { howToWrite, writeClass } from "./options.ts";

export const copyFileTool = tool({
  name: "copy_file",
  title: "Copy File",
  description:
    "Copies one file. The source must be one that may be read, the destination must be allowed and free, and its parent must exist. The copy appears whole or not at all, with the mode of a new file. Directories are not copied.",
  effect: "write",
  classify: writeClass,
  additive: true,
  long: true,
  deadlineMs: 300_000,
  input: z.strictObject({ source: pathArgument("The file to copy"), destination: pathArgument("The path of the copy, which must not exist") }),
  targets: {
    source: one(pathKind, { argument: "source", access: "read", operation: "file" }),
    destination: one(writablePathKind, { argument: "destination", access: "write", operation: "new-file" }),
  },
  foresee({ targets: { source, destination } }) {
    if (source.exists !== "file") return fails(source.problem ?? "fs.is_directory", `fail: ${JSON.stringify(source.raw)} is no file`);
    if (destination.exists !== "missing") return fails("fs.exists", "fail: the destination exists");
    return unreachable(destination) ?? { would: `make a copy of the file's ${bytes(source.bytes)}` };
  },
  makes: ({ targets: { source } }) => source.bytes ?? 0,
  async run({ targets: { source, destination }, context }) {
    const changes = await copyFile(source, destination, {
      ...howToWrite(context),
      onProgress: (copied, total) => context.progress(copied, total, "bytes copied"),
    });
    return done(`Successfully copied ${source.requested} to ${destination.requested}`, changes);
  },
});
